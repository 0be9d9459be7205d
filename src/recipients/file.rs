//! Reads one file of `config/recipients/`.
//!
//! What is read here is checked for shape; what a policy must not say is [`super::lint()`]'s.

use std::path::Path;
use std::time::Duration;

use jiff::civil::Date;
use url::{Host, Url};

use super::channel::{Auth, Channel, Inbound, ListPace, SecretFile};
use super::condition::Condition;
use super::exception::Exception;
use super::policy::{Effect, Policy, Rule, TextLimits, TextOverLimit, Transform};
use super::retain::Retain;
use super::{Agreement, Recipient, Role, kept, question};
use crate::dialects;
use crate::dialects::offer::Offer;
use crate::dialects::reasons::Phrase;
use crate::domain::{
    Field, Handling, LegalBasis, Purpose, RecipientId, RejectReason, RuleId, SubjectKind,
};
pub use crate::table::Fault;
use crate::table::{Faults, Table, parse};

/// One test that stands beside the rules.
#[derive(Clone, Debug)]
pub(super) struct PolicyTest {
    pub(super) name: String,
    pub(super) purpose: Purpose,
    pub(super) subject: SubjectKind,
    pub(super) handling: Handling,
    pub(super) facts: Vec<(Field, String)>,
    pub(super) expect_sent: Vec<Field>,
    pub(super) expect_withheld: Vec<Field>,
}

/// A file as read: the recipient, and the tests beside its rules.
#[derive(Clone, Debug)]
pub struct RecipientFile {
    /// What the file says.
    pub recipient: Recipient,
    pub(super) tests: Vec<PolicyTest>,
}

/// Reads a recipient. Paths of secrets are relative to `base`, the configuration folder.
pub fn read(file: &Path, base: &Path, text: &str) -> Result<RecipientFile, Vec<Fault>> {
    let table = parse(file, text).map_err(|fault| vec![fault])?;
    let mut faults = Faults::new(file);
    let read = Reading { base, faults: &mut faults }.recipient(&table);
    match read {
        Some(recipient) if faults.is_empty() => Ok(recipient),
        _ => Err(faults.into_vec()),
    }
}

struct Reading<'f> {
    base: &'f Path,
    faults: &'f mut Faults,
}

impl Reading<'_> {
    fn recipient(&mut self, table: &toml::Table) -> Option<RecipientFile> {
        let mut root = Table::root(table);
        if root.number("schema", 1, 1..=1, self.faults) != 1 {
            return None;
        }
        let id = root.required("id", self.faults).and_then(|text| {
            RecipientId::parse(&text).map_err(|error| self.faults.add("id", error.to_string())).ok()
        });
        let legal_name = root.required("legal_name", self.faults);
        let org_no = root.required("org_no", self.faults);
        if let Some(org_no) = &org_no
            && SubjectKind::of_org_no(org_no) != Some(SubjectKind::LegalPerson)
        {
            self.faults.add("org_no", "must be the organisation number of a legal person");
        }
        let country = root.required("country", self.faults);
        if let Some(country) = &country
            && !(country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()))
        {
            self.faults.add("country", "must be two capital letters, as SE");
        }
        let address = root.text("address", self.faults).unwrap_or_default();
        let contact = root.text("contact", self.faults).unwrap_or_default();
        let role = match root.text("role", self.faults).as_deref() {
            None | Some("processor") => Role::Processor,
            Some("sub-processor") => Role::SubProcessor,
            Some("controller") => Role::Controller,
            Some(_) => {
                self.faults.add("role", "must be processor, sub-processor or controller");
                Role::Processor
            }
        };
        let enabled = root.boolean("enabled", true, self.faults);
        let agreement = root.table("agreement", self.faults);
        let agreement = self.agreement(agreement);
        let channel = root.table("channel", self.faults);
        let channel = self.channel(channel);
        let inbound = root.table("inbound", self.faults);
        let inbound = self.inbound(inbound);
        let accesses = root.table("accesses", self.faults);
        let accesses = self.accesses(accesses, channel.as_ref());
        let policy = root.table("policy", self.faults);
        let rules = root.tables("rule", self.faults);
        let tests = root.tables("test", self.faults);
        let exceptions = root.tables("exception", self.faults);
        let exceptions = exceptions.into_iter().filter_map(|one| self.exception(one)).collect();
        let policy = self.policy(id.as_ref(), policy, rules, exceptions);
        let tests = tests.into_iter().filter_map(|test| self.test(test)).collect();
        root.nothing_else(self.faults);
        let recipient = Recipient {
            id: id?,
            legal_name: legal_name?,
            org_no: org_no?,
            country: country?,
            address,
            contact,
            role,
            enabled,
            agreement,
            channel: channel?,
            inbound,
            accesses,
            policy: policy?,
            offer: Offer::default(),
        };
        Some(RecipientFile { recipient, tests })
    }

    fn agreement(&mut self, mut table: Table<'_>) -> Option<Agreement> {
        if !table.is_present() {
            return None;
        }
        let reference = table.required("reference", self.faults);
        let days = self.days(&mut table);
        table.nothing_else(self.faults);
        let (valid_from, valid_to) = days?;
        Some(Agreement { reference: reference?, valid_from, valid_to })
    }

    fn exception(&mut self, mut table: Table<'_>) -> Option<Exception> {
        let reference = table.required("reference", self.faults);
        let fields = self.members(&mut table, "field", Field::parse, "a field of the catalogue");
        let days = self.days(&mut table);
        table.nothing_else(self.faults);
        let (valid_from, valid_to) = days?;
        Some(Exception { reference: reference?, fields, valid_from, valid_to })
    }

    /// A first and a last day, which must both be there.
    fn days(&mut self, table: &mut Table<'_>) -> Option<(Date, Date)> {
        let valid_from = table.date("valid_from", self.faults);
        let valid_to = table.date("valid_to", self.faults);
        for (name, date) in [("valid_from", valid_from), ("valid_to", valid_to)] {
            if date.is_none() && table.value(name).is_none() {
                self.faults.add(table.key(name), "is missing");
            }
        }
        let (valid_from, valid_to) = (valid_from?, valid_to?);
        if valid_to < valid_from {
            self.faults.add(table.key("valid_to"), "is before valid_from");
        }
        Some((valid_from, valid_to))
    }

    fn channel(&mut self, mut table: Table<'_>) -> Option<Channel> {
        let dialect = table.required("dialect", self.faults);
        let version = table.text("version", self.faults);
        if let Some(name) = &dialect
            && dialects::dialect(name, version.as_deref()).is_none()
        {
            let what = format!("is not a dialect that sluss speaks: {}", dialects::KNOWN);
            self.faults.add(table.key("dialect"), what);
        }
        let allow_http_loopback = table.boolean("allow_http_loopback", false, self.faults);
        let base_url = table
            .required("base_url", self.faults)
            .and_then(|text| self.base_url(&table.key("base_url"), &text, allow_http_loopback));
        let auth = self.auth(&mut table, dialect.as_deref());
        let ca_file = table.text("ca_file", self.faults).map(|path| self.base.join(path));
        let requests_per_second = table.number("requests_per_second", 20, 1..=10_000, self.faults);
        let in_flight_max = table.number("in_flight_max", 8, 1..=1_000, self.faults);
        let timeout = table.number("timeout_seconds", 20, 1..=300, self.faults);
        let poll = table.number("poll_seconds", 60, 1..=86_400, self.faults);
        let questions = table.tables("question", self.faults);
        if dialect.as_deref() != Some("pi-api") && !questions.is_empty() {
            self.faults.add(table.key("question"), "is for pi-api only");
        }
        let questions = questions
            .into_iter()
            .filter_map(|question| question::read(question, self.faults))
            .collect();
        let preflight = table.boolean("preflight", true, self.faults);
        let reasons = table.tables("reason", self.faults);
        let reasons = reasons.into_iter().filter_map(|reason| self.reason(reason)).collect();
        table.nothing_else(self.faults);
        Some(Channel {
            dialect: dialect?,
            version,
            base_url: base_url?,
            auth: auth?,
            allow_http_loopback,
            ca_file,
            requests_per_second,
            in_flight_max,
            timeout: Duration::from_secs(timeout.into()),
            poll: Duration::from_secs(poll.into()),
            questions,
            preflight,
            reasons,
        })
    }

    /// What one of the operator's texts means.
    fn reason(&mut self, mut table: Table<'_>) -> Option<Phrase> {
        let key = table.key("match");
        let text = table.required("match", self.faults);
        let code = table.required("code", self.faults);
        let reason = code.and_then(|code| {
            let reason = RejectReason::parse(&code);
            if reason.is_none() {
                let known: Vec<_> = RejectReason::ALL.iter().map(|one| one.as_str()).collect();
                self.faults.add(table.key("code"), format!("must be one of {}", known.join(", ")));
            }
            reason
        });
        table.nothing_else(self.faults);
        let phrase = Phrase::parse(&text?, reason?);
        if phrase.is_none() {
            self.faults.add(key, "must have four letters at least, `*` aside");
        }
        phrase
    }

    fn base_url(&mut self, key: &str, text: &str, allow_http_loopback: bool) -> Option<Url> {
        let Ok(mut url) = Url::parse(text) else {
            self.faults.add(key, "is not an address, as https://api.example.se/onapi/2.6/");
            return None;
        };
        if !url.username().is_empty() || url.password().is_some() {
            self.faults.add(key, "must not hold credentials: use username and password_file");
        }
        if url.query().is_some() || url.fragment().is_some() {
            self.faults.add(key, "must not have a query or a fragment");
        }
        let loopback = match url.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            _ => false,
        };
        let allowed =
            url.scheme() == "https" || (url.scheme() == "http" && allow_http_loopback && loopback);
        if !allowed || url.host().is_none() {
            let what = "must be https:// (http:// to 127.0.0.1 or [::1] with allow_http_loopback)";
            self.faults.add(key, what);
            return None;
        }
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Some(url)
    }

    fn auth(&mut self, table: &mut Table<'_>, dialect: Option<&str>) -> Option<Auth> {
        let word = table.text("auth", self.faults);
        let default = if dialect == Some("soap") { "ws-security" } else { "basic" };
        let username = table.text("username", self.faults);
        let password = table.text("password_file", self.faults);
        let certificate = table.text("client_certificate_file", self.faults);
        let key = table.text("client_key_file", self.faults);
        let mut need = |name: &str, value: Option<String>| {
            if value.is_none() {
                self.faults.add(table.key(name), "is missing");
            }
            value
        };
        match word.as_deref().unwrap_or(default) {
            // There is no place for the header in it: nothing would show who we are.
            "ws-security" if dialect != Some("soap") => {
                let what = "ws-security is for soap: the others have basic or client-certificate";
                self.faults.add(table.key("auth"), what);
                None
            }
            word @ ("basic" | "ws-security") => {
                let (username, password) =
                    (need("username", username), need("password_file", password));
                let (username, password) = (username?, SecretFile(self.base.join(password?)));
                Some(if word == "basic" {
                    Auth::Basic { username, password }
                } else {
                    Auth::WsSecurity { username, password }
                })
            }
            "client-certificate" => {
                let certificate = need("client_certificate_file", certificate);
                let key = need("client_key_file", key);
                let (certificate, key) = (self.base.join(certificate?), self.base.join(key?));
                Some(Auth::ClientCertificate { certificate, key: SecretFile(key) })
            }
            _ => {
                let what = "must be basic, ws-security or client-certificate";
                self.faults.add(table.key("auth"), what);
                None
            }
        }
    }

    fn inbound(&mut self, mut table: Table<'_>) -> Option<Inbound> {
        if !table.is_present() {
            return None;
        }
        let username = table.required("username", self.faults);
        let password = table.required("password_file", self.faults);
        let requests_per_minute = table.number("requests_per_minute", 30, 1..=10_000, self.faults);
        let days = table.number("window_days", 180, 1..=3_650, self.faults);
        table.nothing_else(self.faults);
        let username = username.filter(|name| {
            let fits = !name.is_empty() && !name.contains(':');
            if !fits {
                self.faults.add(table.key("username"), "must not be empty or hold a colon");
            }
            fits
        });
        Some(Inbound {
            username: username?,
            password: SecretFile(self.base.join(password?)),
            requests_per_minute,
            window: Duration::from_hours(24 * u64::from(days)),
        })
    }

    fn accesses(&mut self, mut table: Table<'_>, channel: Option<&Channel>) -> Option<ListPace> {
        if !table.is_present() {
            return None;
        }
        let complete = table.number("complete_hours", 24, 1..=720, self.faults);
        let changes = table.number("changes_minutes", 60, 1..=1_440, self.faults);
        table.nothing_else(self.faults);
        let dialect = channel
            .and_then(|channel| dialects::dialect(&channel.dialect, channel.version.as_deref()));
        if dialect.is_some_and(|dialect| dialect.accesses().is_none()) {
            self.faults.add("accesses", "is for dialects that have a list of accesses: on-api");
        }
        Some(ListPace {
            complete: Duration::from_hours(complete.into()),
            changes: Duration::from_mins(changes.into()),
        })
    }

    fn policy(
        &mut self,
        recipient: Option<&RecipientId>,
        mut table: Table<'_>,
        rules: Vec<Table<'_>>,
        exceptions: Vec<Exception>,
    ) -> Option<Policy> {
        let version = table.required("version", self.faults);
        let notice = table.text("notice", self.faults).unwrap_or_default();
        let length_max = table.number("text_length_max", 255, 1..=4_000, self.faults);
        let masked = table.number("text_masked_percent_max", 15, 0..=100, self.faults);
        let over = match table.text("text_over_limit", self.faults).as_deref() {
            None | Some("hold") => TextOverLimit::Hold,
            Some("replace") => TextOverLimit::Replace,
            Some(_) => {
                self.faults.add(table.key("text_over_limit"), "must be hold or replace");
                TextOverLimit::Hold
            }
        };
        table.nothing_else(self.faults);
        let text = TextLimits {
            length_max: usize::try_from(length_max).unwrap_or(255),
            masked_percent_max: u8::try_from(masked).unwrap_or(15),
            over,
        };
        let rules: Vec<Rule> = rules.into_iter().filter_map(|rule| self.rule(rule)).collect();
        if rules.is_empty() {
            self.faults.add("rule", "a policy without rules opens nothing: write at least one");
        }
        let (recipient, version) = (recipient?, version?);
        let canonical = match kept::write(recipient, &version, &notice, text, &rules, &exceptions) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.faults.add("policy", error.to_string());
                return None;
            }
        };
        let id = kept::id_of(&canonical);
        Some(Policy::new(id, version, notice, text, rules, exceptions, canonical))
    }

    fn rule(&mut self, mut table: Table<'_>) -> Option<Rule> {
        let id = table.required("id", self.faults).and_then(|text| {
            RuleId::parse(&text)
                .map_err(|error| self.faults.add(table.key("id"), error.to_string()))
                .ok()
        });
        let fields = self.members(&mut table, "field", Field::parse, "a field of the catalogue");
        let purposes = self.members(&mut table, "purpose", Purpose::parse, "a purpose");
        let effect = match table.required("effect", self.faults).as_deref() {
            Some("allowed") => Some(Effect::Allowed),
            Some("conditional") => Some(Effect::Conditional),
            Some("never") => Some(Effect::Never),
            Some(_) => {
                self.faults.add(table.key("effect"), "must be allowed, conditional or never");
                None
            }
            None => None,
        };
        let when: Vec<Condition> = table
            .texts("when", self.faults)
            .iter()
            .filter_map(|text| {
                let condition = Condition::parse(text);
                if condition.is_none() {
                    self.faults.add(table.key("when"), "is not a condition that sluss knows");
                }
                condition
            })
            .collect();
        let basis = table.text("basis", self.faults).and_then(|text| {
            let basis = LegalBasis::parse(&text);
            if basis.is_none() {
                self.faults.add(table.key("basis"), "is not a legal basis, as gdpr.6.1.b");
            }
            basis
        });
        let why_sv = table.required("why_sv", self.faults);
        let retain = table.text("retain", self.faults);
        if let Some(retain) = &retain
            && Retain::parse(retain).is_none()
        {
            let what = "must be a moment and a time, as case_closed+30d, delivered+30d, \
                        visit_end+24h or record+24m";
            self.faults.add(table.key("retain"), what);
        }
        let transform = match table.text("transform", self.faults).as_deref() {
            None => None,
            Some("first_name_initial") => Some(Transform::FirstNameInitial),
            Some(_) => {
                self.faults.add(table.key("transform"), "must be first_name_initial");
                None
            }
        };
        let dpv = table.texts("dpv", self.faults);
        table.nothing_else(self.faults);
        Some(Rule {
            id: id?,
            fields,
            purposes,
            effect: effect?,
            when,
            basis,
            why_sv: why_sv?,
            retain,
            transform,
            dpv,
        })
    }

    fn members<T>(
        &mut self,
        table: &mut Table<'_>,
        name: &str,
        read: fn(&str) -> Option<T>,
        what: &str,
    ) -> Vec<T> {
        let texts = table.texts(name, self.faults);
        if texts.is_empty() {
            self.faults.add(table.key(name), "is missing");
        }
        texts
            .iter()
            .filter_map(|text| {
                let member = read(text);
                if member.is_none() {
                    self.faults.add(table.key(name), format!("{text:?} is not {what}"));
                }
                member
            })
            .collect()
    }

    fn test(&mut self, mut table: Table<'_>) -> Option<PolicyTest> {
        let name = table.required("name", self.faults);
        let expect_sent = table.texts("expect_sent", self.faults);
        let expect_sent = self.fields(&table.key("expect_sent"), &expect_sent);
        let expect_withheld = table.texts("expect_withheld", self.faults);
        let expect_withheld = self.fields(&table.key("expect_withheld"), &expect_withheld);
        let mut given = table.table("given", self.faults);
        let purpose = given.required("purpose", self.faults).and_then(|text| {
            let purpose = Purpose::parse(&text);
            if purpose.is_none() {
                self.faults.add(given.key("purpose"), "is not a purpose");
            }
            purpose
        });
        let subject = match given.text("subject", self.faults) {
            None => SubjectKind::Person,
            Some(text) => SubjectKind::parse(&text).unwrap_or_else(|| {
                let what = "must be person, sole_trader or legal_person";
                self.faults.add(given.key("subject"), what);
                SubjectKind::Person
            }),
        };
        let handling = match given.text("handling", self.faults).as_deref() {
            None | Some("ordinary") => Handling::Ordinary,
            Some("special") => Handling::Special,
            Some(_) => {
                self.faults.add(given.key("handling"), "must be ordinary or special");
                Handling::Special
            }
        };
        let mut facts = Vec::new();
        for &field in Field::ALL {
            if let Some(value) = given.text(field.as_str(), self.faults) {
                facts.push((field, value));
            }
        }
        given.nothing_else(self.faults);
        table.nothing_else(self.faults);
        if expect_sent.is_empty() && expect_withheld.is_empty() {
            self.faults.add(table.key("expect_sent"), "a test must expect something");
        }
        Some(PolicyTest {
            name: name?,
            purpose: purpose?,
            subject,
            handling,
            facts,
            expect_sent,
            expect_withheld,
        })
    }

    fn fields(&mut self, key: &str, names: &[String]) -> Vec<Field> {
        names
            .iter()
            .filter_map(|name| {
                let field = Field::parse(name);
                if field.is_none() {
                    self.faults.add(key, format!("{name:?} is not a field of the catalogue"));
                }
                field
            })
            .collect()
    }
}
