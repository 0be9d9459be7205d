//! What an auditor holds a log to: one code per rule, with what it says and what to look at.

use std::fmt;

use crate::domain::closed_list;

closed_list! {
    /// A rule that a sound log keeps. The codes are stable: scripts and reports name them.
    Rule {
        /// The log verifies.
        Log = "log-unsound",
        /// Every disclosure has an outcome within the deadline.
        OutcomeMissing = "outcome-missing",
        /// No outcome comes after the deadline.
        OutcomeLate = "outcome-late",
        /// No disclosure has two outcomes.
        OutcomeTwice = "outcome-twice",
        /// No outcome stands without its disclosure.
        OutcomeStray = "outcome-stray",
        /// An outcome names its disclosure by the hash that it has.
        OutcomeOfAnother = "outcome-of-another",
        /// The recipient was registered before.
        Unregistered = "recipient-unregistered",
        /// The recipient was not switched off.
        Disabled = "recipient-disabled",
        /// Legal person and endpoint are those of the registry.
        RecipientDiffers = "recipient-differs",
        /// The recipient had an agreement, and the day was within it.
        AgreementDates = "agreement-dates",
        /// It was the registered agreement.
        AgreementOther = "agreement-other",
        /// The policy was the one in force.
        PolicyNotInForce = "policy-not-in-force",
        /// The policy is there to be read.
        PolicyUnknown = "policy-unknown",
        /// The policy's bytes have the hash that the leaves name.
        PolicyBytes = "policy-bytes",
        /// A rule of the policy opens each field that was sent.
        FieldNotAllowed = "field-not-allowed",
        /// Every condition of that rule held.
        FieldCondition = "field-condition",
        /// No field is both sent and withheld.
        FieldBoth = "field-sent-and-withheld",
        /// Under special handling only ids leave.
        FieldByHand = "field-special-handling",
        /// What the policy opens is sent, or is said not to be carried.
        FieldKeptBack = "field-kept-back",
        /// The rules listed are those that opened the fields.
        RulesDiffer = "rules-differ",
        /// The legal bases listed are those of these rules.
        BasisDiffers = "basis-differs",
        /// The conditions told are those that the policy asks.
        ConditionsDiffer = "conditions-differ",
        /// No condition is at odds with the names of the fields.
        ConditionContradicted = "condition-contradicted",
        /// What is said of free texts fits the policy and what was sent.
        TextsDiffer = "texts-differ",
        /// The leaf commits to every field, to the message and to the case.
        Commitments = "commitments-missing",
        /// A refusal has the ground that it names.
        RefusalUnfounded = "refusal-unfounded",
        /// The log is never silent for longer than the heartbeat.
        Silence = "silence",
        /// A read is of leaves that were there.
        ReadRange = "read-range",
        /// An exported folder tells of its own export.
        ExportUnlogged = "export-unlogged",
        /// Every key but the first was announced by the log.
        KeyUnannounced = "key-unannounced",
        /// Every disclosure belongs to a case.
        DisclosureUnowned = "disclosure-unowned",
        /// No case was sent without a leaf.
        CaseUnlogged = "case-unlogged",
        /// A case is where its leaves say.
        CaseDiffers = "case-differs",
        /// A case under special handling is sent after a person's release only.
        SpecialUnreleased = "special-unreleased",
        /// What is due to be wiped is wiped.
        RetentionOverdue = "retention-overdue",
        /// What an operator has received is logged.
        ReceivedUnlogged = "received-unlogged",
        /// What an operator has received is not logged as unsent.
        ReceivedUnsent = "received-unsent",
        /// What is logged as accepted is there at the operator.
        AcceptedUnreceived = "accepted-unreceived",
    }
}

impl Rule {
    /// What to look at when the rule is broken.
    pub const fn look(self) -> &'static str {
        match self {
            Self::Log => {
                "run sluss log verify: until the log verifies, nothing else it says counts"
            }
            Self::OutcomeMissing => {
                "ask the operator whether it has the message; was a worker running since?"
            }
            Self::OutcomeLate => "why the operator could not be asked for so long",
            Self::OutcomeTwice => {
                "the program never writes two: which program wrote the second, and what was sent"
            }
            Self::OutcomeStray | Self::OutcomeOfAnother => {
                "the program never writes this: ask the operator what it received around that time"
            }
            Self::Unregistered => "whose decision it was to send to this recipient",
            Self::Disabled => "why the recipient was switched off, and what was sent after that",
            Self::RecipientDiffers => {
                "the recipient's file of that day, and who the endpoint belongs to"
            }
            Self::AgreementDates | Self::AgreementOther => {
                "the signed agreement: was it valid for this recipient on that day?"
            }
            Self::PolicyNotInForce => "the policy files of that day, and which process decided",
            Self::PolicyUnknown => {
                "whoever runs the log must hand over the policy's canonical bytes; without them the \
                 decision cannot be replayed"
            }
            Self::PolicyBytes => "where these bytes came from: they are not what decided",
            Self::FieldNotAllowed | Self::FieldCondition | Self::FieldByHand => {
                "a field left that the policy does not open: an incident to be assessed"
            }
            Self::FieldBoth => "open the leaf's commitments to see which of the two is true",
            Self::FieldKeptBack => {
                "whether the conditions told are those of the case: another value would have opened it"
            }
            Self::RulesDiffer | Self::BasisDiffers | Self::ConditionsDiffer => {
                "the policy with this hash: the leaf does not tell the decision as it was made"
            }
            Self::ConditionContradicted => {
                "the case: the leaf's own field names speak against the condition that it tells"
            }
            Self::TextsDiffer => "the text rules of the policy with this hash",
            Self::Commitments => {
                "what of this disclosure can still be shown to the person concerned"
            }
            Self::RefusalUnfounded => "what really stopped the case, and who wrote the leaf",
            Self::Silence => {
                "the journal of the service: when it was stopped and started, and who says so"
            }
            Self::ReadRange => "who read, and by which command",
            Self::ExportUnlogged => "who made this copy: the log does not know of it",
            Self::KeyUnannounced => "who holds this key, and since when",
            Self::DisclosureUnowned => {
                "whose data this was: the leaf is linked to no case that is kept, and to no erasure"
            }
            Self::CaseUnlogged => "ask the operator what it received for this case",
            Self::CaseDiffers => "the case with sluss case show, beside its leaves",
            Self::SpecialUnreleased => "who decided that a case under special handling is sent",
            Self::RetentionOverdue => "run sluss retention report",
            Self::ReceivedUnlogged => {
                "ask the operator for the message: it came from us past the log, or not from us"
            }
            Self::ReceivedUnsent => "ask the operator when it received it: the outcome is not true",
            Self::AcceptedUnreceived => {
                "ask the operator, and see which answer was taken for its yes"
            }
        }
    }
}
