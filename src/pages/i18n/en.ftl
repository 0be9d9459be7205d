# The pages in English. Each text stands in sv.ftl, too; a test holds them together.

language = English
product = sluss, the lock for customer data
skip = Skip to the content
nav = Main menu
nav-status = Status
nav-status-about = Whether the log is written and disclosures leave
sign-out = Sign out

home = Start
home-who = { $name }, signed in as { $roles }.

failure-forbidden = You may not do that here
failure-forbidden-what = Your account has no role for this page, or the form is of another session. Load the page anew and try again.
failure-not-found = There is no such page
failure-not-found-what = What you look for is not there, or not for you.
failure-too-many = Wait a little
failure-too-many-what = There were too many tries in a short time.
failure-stopped = Everything is stopped just now
failure-stopped-what = Nothing is taken in and nothing is sent until operations have mended what is wrong. What you have written is not kept: go back, and it is still there.
failure-other = That did not work
failure-other-what = Something in what was sent could not be read. Go back and try again.
failure-home = To the first page

sign-in = Sign in
sign-in-provider = Sign in with your organisation
sign-in-name = Name
sign-in-password = Password
sign-in-first = The first account
sign-in-token = One-time token that sluss serve has printed
sign-in-roles = Roles
sign-in-make = Make the account
sign-in-no-role = Your account has no role here. Ask whoever looks after sign-in for one.
sign-in-malformed = Fill in every field. A password has 15 to 256 characters, a name a–z, 0–9, - . _ only
sign-in-refused = That did not sign you in. Check what you typed and try again.

role-ordering = ordering
role-support = support
role-auditor = audit
role-privacy = data protection
role-policy = policy
role-operations = operations

status = The disclosure log
status-runs = Disclosures can be recorded and sent.
status-stopped-since = Stopped since
status-stopped = nothing is taken in and nothing is sent.
status-by-itself = It goes on by itself when the cause is gone.
status-by-restart = It goes on after a restart.
status-by-resume = It does not go on by itself: once the cause is mended, run sluss log resume --reason CODE and restart.
status-left-alone = does not answer and is left alone; its cases wait and nothing is lost. Since
status-leaves = Leaves in the log
status-unreadable = cannot be read
status-signed = Checkpoint signed last
status-none = there is none
status-ago = ({ $seconds } seconds ago)
status-free-store = Free where the store is
status-free-checkpoint = Free where the checkpoint is
status-reserve = Reserve
status-now = As of
status-mebibytes = { $room } MiB

halt-forked = The checkpoint that was signed last is of another log. Keep all files as evidence, and restore the log that the checkpoint is of.
halt-old-backup = The log is older than its last signed checkpoint, as after an old backup. Restore the newest copy of the database.
halt-head-behind = The log became shorter than its last signed checkpoint while in use. Stop sluss and restore the newest copy of the database.
halt-log-changed = The log is not the one that was signed. Stop sluss, keep the files as evidence, and restore the newest sound copy.
halt-damaged = Something stored is not what was written. Run sluss log fsck and restore what it names.
halt-log-lost = There is a signed checkpoint and no log. Restore the database beside it.
halt-checkpoint-lost = The copy of the last checkpoint is missing or not signed by the log's key. Put the newest copy back.
halt-log-unlinked = A file of the store was removed while in use. Stop sluss and restore.
halt-log-replaced = A file of the store was replaced while in use. Stop sluss and put the right files back.
halt-keys-behind = The key store is older than the list of erasures. Let the erasures be done again.
halt-part-failed = A part of the program has ceased to work. Restart sluss.
halt-clock-behind = The clock is behind the last leaf of the log. Set the machine's clock.
halt-disk-reserve = Less is free than the reserve where the store or the checkpoint is. Free some space.
halt-append-failed = The log could not be written. Look at the disk, the permissions and the program's messages.
halt-deadline-passed = A leaf was not durable within the time allowed. Look at the disk.
halt-witnesses-stale = Too few witnesses have signed lately. Look at the witnesses and the way to them.

# Why a case is held, and what to do.
hold-special-handling = needs special handling
hold-no-valid-agreement = no valid agreement with the recipient
hold-recipient-disabled = the recipient is switched off
hold-no-rule = no rule for this purpose
hold-missing-field = something necessary is withheld
hold-screened = a value that may not leave was left in it
hold-text-needs-review = too much of the text was personal
hold-credentials-refused = the operator refuses our credentials
hold-not-offered = the operator does not offer this
hold-answer-unclear = the operator's answer cannot be understood
hold-attempts-used-up = all attempts are used up
hold-unreadable = what is kept cannot be opened
hold-person = somebody has stopped it
hold-reference-unknown = unknown reference
hold-reference-of-another = another operator's reference
hold-case-not-live = the case has ended or is not there yet
hold-ticket-not-open = the ticket is not open
hold-no-contact = no contact may be given
hold-reason-unknown = the operator refuses in words that no reason is given for
hold-service-unavailable = the service cannot be had here on that day
hold-held-by-another-provider = another provider has the service here
hold-takeover-not-offered = the operator does not offer a takeover here
hold-characteristic-missing = the service requires something that the order does not say
advice-special-handling = Handle the case by the written routine for special handling.
advice-no-valid-agreement = Sign or renew the agreement, enter its dates in the recipient's file, then release the case.
advice-recipient-disabled = Enable the recipient in its file, or cancel the case.
advice-no-rule = Add a rule for the purpose to the recipient's policy, then release the case.
advice-missing-field = Complete the case or open the field in the policy, then release the case.
advice-screened = Correct the text and hand the case in anew.
advice-text-needs-review = Shorten the text to what the technician needs and hand the case in anew.
advice-credentials-refused = Check user name and password of the channel with the operator, then release the case.
advice-not-offered = Deliver it by hand, then cancel the case.
advice-answer-unclear = Ask the operator what it has done with our reference, then release or cancel the case.
advice-attempts-used-up = Check the operator's interface, then release the case.
advice-unreadable = Restore the key store or the database from a backup, then release the case.
advice-person = Release or cancel the case when the matter is clear.
advice-reference-unknown = Ask the operator where it has the reference from.
advice-reference-of-another = Ask the operator where it has the reference from.
advice-case-not-live = Pass the question on yourself, should the operator need the customer all the same.
advice-ticket-not-open = Pass the question on yourself, should the operator need the customer all the same.
advice-no-contact = Complete the customer's number in the register.
advice-reason-unknown = Read the operator's words at the case, give them a code under [[channel.reason]] in the recipient's file, then release or cancel the case.
advice-service-unavailable = Choose another service or day and hand the order in anew, or release the case to send it all the same.
advice-held-by-another-provider = The other provider's service must end first: wait, order a takeover where the operator offers it, or release the case to send it all the same.
advice-takeover-not-offered = Hand the order in anew without a takeover, or release the case to send it all the same.
advice-characteristic-missing = Hand the order in anew with what the service requires, or release the case to send it all the same.

state-waiting = waiting
state-accepted = accepted
state-recorded = recorded
state-placed = at the operator
state-completed = completed
state-failed = failed
state-rejected = rejected
state-held = held
state-cancelled = cancelled

purpose-feasibility = feasibility
purpose-delivery-activate = new service
purpose-delivery-change = change of service
purpose-delivery-suspend = suspension
purpose-delivery-resume = resumed service
purpose-delivery-terminate = termination
purpose-fault-report = fault report
purpose-fault-supplement = supplement to a fault
purpose-fault-close = closing of a fault
purpose-contact-pull = contact pull
purpose-notice-rectification = notice of rectification
purpose-notice-erasure = notice of erasure

act-activate = new service
act-change = change of service
act-modify = modified service
act-suspend = suspension
act-resume = resumption
act-terminate = termination
act-amend = amendment
act-cancel = withdrawal
act-report = fault report
act-supplement = comment
act-close = closing
act-reopen = reopening
act-ask = question
act-answer = answer to the operator
act-notify = notice

# The disclosure log, for auditors and the data protection officer.
nav-log = Log
nav-log-about = Who got what, when, why and under which rule; with proof
failure-too-large = Too many rows
failure-too-large-what = So many rows are not handed out at once. Go back and choose a shorter period.
log = Disclosure log
log-lead = Every disclosure stands here before it is made. No personal values are in it, only the names of fields. That you read is a record, too.
log-filter = Choose records
log-bad = This cannot be read: { $name }. Nothing is shown until it is put right.
log-more = More: field, rule, reason, role, case
log-show = Show
log-clear = Clear
log-found = { $count ->
    [one] One record
   *[other] { $count } records
}
log-size = of { $size } in the whole log
log-nothing = No record is what you chose.
log-counted = Counts
log-number = Number
log-share = Share
log-none-of = does not apply
log-leaf = Record
log-at = Time
log-what = What
log-to = Recipient
log-fields = Fields
log-end = Outcome
log-actor = Role
log-of = About record
log-sent = { $count ->
    [one] 1 sent
   *[other] { $count } sent
}
log-withheld = { $count ->
    [one] 1 withheld
   *[other] { $count } withheld
}
log-masked = { $count ->
    [one] 1 masked span
   *[other] { $count } masked spans
}
log-pages = Pages
log-newest = To the newest
log-older = Older records
log-all = all disclosures and stops
taken = Take along
taken-about = The same choice as on the page, all the way back. The file says what was asked, when, by whom, how many rows there are and where the log stood. Taking it along is a record in the log.
taken-most = At most { $most } rows at a time, on paper { $print }.
taken-too-many = There are { $rows } rows, and in that format at most { $most } are taken along at a time. Choose a shorter time or another format.
taken-form = Format
taken-mark = Byte order mark (BOM) in CSV, for Excel
taken-do = Take along
taken-query = Choice
taken-at = Taken
taken-by = By
taken-rows = Rows
taken-head = Head of the log
takenform-csv = CSV (spreadsheet)
takenform-jsonl = JSON Lines
takenform-jsonld = JSON-LD with DPV
takenform-print = A page to print, or keep as PDF
leafkind-disclosures = disclosures and stops
leafkind-all = everything in the log
leafkind-intent = disclosure
leafkind-outcome = outcome
leafkind-refusal = refused
leafkind-hold = held
leafkind-release = decision
leafkind-read = reading of the log
leafkind-policy = policy in force
leafkind-key = key
leafkind-erasure = erasure
leafkind-heartbeat = heartbeat
leafkind-anchor = earlier log
leafkind-resume = log resumed
ending-open = not ended
ending-accepted = accepted
ending-rejected = rejected
ending-unsent = never sent
ending-unknown = unknown
actor-system = the system
actor-ordering = ordering
actor-support = support
actor-auditor = auditor
actor-privacy = data protection
actor-policy = policy
actor-operations = operations
basis-gdpr-6-1-b = contract with the customer (art. 6(1)(b))
basis-gdpr-6-1-c = legal obligation (art. 6(1)(c))
basis-gdpr-6-1-f = legitimate interest (art. 6(1)(f))
ask-what = What
ask-recipient = Recipient
ask-purpose = Purpose
ask-outcome = Outcome
ask-from = From
ask-to = Until, inclusive
ask-field = Field
ask-side = The field was
ask-rule = Rule
ask-reason = Reason
ask-actor = Role
ask-case = Case
ask-group = Count by
ask-before = Before record
any-recipient = every recipient
any-purpose = every purpose
any-outcome = every outcome
any-field = every field
any-side = sent or withheld
any-reason = every reason
any-actor = every role
any-group = do not count
side-sent = sent
side-withheld = withheld
group-recipient = recipient
group-purpose = purpose
group-outcome = outcome
group-what = kind of record
group-actor = role
group-reason = reason
group-rule = rule
group-sent = field that was sent
group-withheld = field that was withheld
group-month = month
group-day = day
leaf-title = Record { $leaf }: { $kind }
leaf-agreement = Agreement
leaf-read = How
leaf-read-first = From record
leaf-read-count = Records
leaf-case-open = open the case
leaf-why = Why
leaf-basis = Legal basis
leaf-policy = Policy
leaf-handling = Decided by
leaf-by-hand = a person first; only ids leave
leaf-by-rule = the policy
leaf-attempt = Attempt
leaf-masked = Masked
leaf-replaced = Replaced by a fixed text
leaf-conditions = Conditions, as they were
leaf-held = held
leaf-held-not = did not hold
leaf-sent = { $count ->
    [one] One field was sent
   *[other] { $count } fields were sent
}
leaf-withheld = { $count ->
    [one] One field was withheld
   *[other] { $count } fields were withheld
}
leaf-because = Because
leaf-proof = Proof
leaf-hash = Hash of the record
leaf-head = Checkpoint
leaf-head-of = { $size } records, root
leaf-key = Fingerprint of the key
leaf-digests = Commitments
leaf-digests-count = { $count ->
    [one] 1 salted digest
   *[other] { $count } salted digests
}
leaf-digests-show = Show the digests
leaf-path = { $count ->
    [one] The proof's way to the root: 1 hash
   *[other] The proof's way to the root: { $count } hashes
}
leaf-checkpoint = The checkpoint as it is signed
leaf-verify = Verify here
leaf-bundle = Download the proof
leaf-bundle-about = The file is verified without us: sluss log verify FILE --fingerprint with the fingerprint that you have on paper.
leaf-raw = The record as it is stored
verified-good = Everything holds: the record stands in the log as it was signed.
verified-bad = Something does not hold. Keep this page and tell operations.
verified-yes = holds
verified-no = does not hold
step-body = the body has the hash that the log was built with
step-form = the body is a record of the format
step-proof = the proof leads to the root of the checkpoint
step-signature = the checkpoint is signed with the log's key
step-outcome = the outcome stands in the same log and names this record
step-case = the record belongs to the case
step-decision = policy, registry and agreement give the same decision again

samples = Samples
nav-samples = Samples
nav-samples-about = Draw random disclosures, look at each, and sign off
nav-persons = Persons
nav-persons-about = What left about a person, for us and as the person is told it
samples-lead = A sample is drawn so that anybody can draw the same again. Each decision is made again under the policy of its time, you say what you think of it, and signing off is a record in the log.
samples-before = Earlier samples
samples-none = No sample has been drawn yet.
sample = Sample
sample-of = { $items } of { $population } disclosures
sample-in = the log had { $size } records
sample-judged = judged { $judged }
sample-signed = Signed off
sample-stands = State
sample-wanted = Number
sample-seed = Seed
sample-seed-hint = The same seed draws the same sample. Letters, digits, - . _
sample-strata = Pass over none by
sample-no-strata = nothing in particular
sample-draw = Draw a sample
sample-of-nothing = There are no disclosures to draw from.
sample-drawn = Drawn
sample-population = Drawn from
sample-how = Choose a verdict for each disclosure and save. When all are judged the sample can be signed off; nothing changes after that.
sample-items = Disclosures in the sample
sample-pages = Parts of the sample
sample-replay = The decision made again
sample-same = same decision
sample-differs = does not fit
sample-verdict = Verdict
sample-verdict-of = Verdict on record { $leaf }
sample-no-verdict = not judged
sample-save = Save verdicts
sample-sign = Sign the sample off
sample-sign-about = A record in the log carries the sample's digest.
sample-not-yet = The sample cannot be signed off: something is not judged, or it is signed already.
sample-file = Download the sample as a file (JSON)
sample-again = How the same sample is drawn again
sample-again-how = Take the disclosures (intent) that the choice is about among the first records of the log. Rank them by SHA-256 of the seed, a line feed and the record's number. Of each group those of the lowest rank are taken: one each at first, the largest group first, and the rest by size.
verdict-right = as it should be
verdict-too-much = too much was sent
verdict-wrong-recipient = wrong recipient
verdict-no-ground = without ground
verdict-unclear = cannot be told
person = What left about a person
person-lead = Ask by case, by the ordering system's number or by the customer's number. What you write is kept nowhere; that somebody asked is a record in the log.
person-reference = Who
person-reference-hint = The case's id, the ordering system's number or the customer's number
person-client = System, if several have the same number
person-view = Show
person-values = What was sent
person-values-hint = Values are shown with a reason only, which stands in the log. Think of who can see the screen.
person-without = do not show values
person-show = Show
person-nobody = Nobody goes by that, or the person is erased, or not for you.
person-several = Several persons go by that, in the systems { $clients }. Say which.
person-another = Ask about somebody else
person-internal = Disclosed about the person, internal
person-customer = Disclosed about you
person-found = { $count ->
    [one] One disclosure
   *[other] { $count } disclosures
}
person-decided = a person decided
view-internal = internal: codes, rules and records
view-customer = as the person is told it, in plain Swedish
why-request = the person has asked for it (article 15)
why-complaint = the person complains
why-incident = something was wrongly sent
why-authority = an authority asks

# Cases, fault reports, what follows.
nav-cases = Cases
nav-cases-about = Find a case, report a fault, follow it up
nav-held = Held
nav-held-about = Cases that wait for a person
nav-reviews = Review
nav-reviews-about = Words that somebody said are not personal
failure-moved = Something has happened since
failure-moved-what = The case was changed or decided by somebody else since the page was shown. Open it again.
again-ended = Your session has ended. What you have written is still here: sign in, and go on where you were.
again = Signed in again
again-kept = What you had written is still here. Nothing was sent.
again-go-on = Go on with the form
again-provider = Sign in in a new tab
cases = Cases
cases-newest = The newest cases
cases-none = There are no cases yet.
cases-further = Show more
case-id = Case
case-what = What
case-state = State
case-recipient = Recipient
case-accepted = Came in
case-purpose = Purpose
case-reference = Number at the operator
case-receipt = Receipt
case-more = More about this
find = Search
find-label = Look for a case or an access
find-hint = Access id, address (Storgatan 10 G lgh 1201, 123 45 Town) or the number in the ordering system
find-nothing = Nothing was found. Check the spelling, or search by access id.
find-cases = { $count ->
    [0] No case was found, but a place.
    [one] One case was found.
   *[other] { $count } cases were found.
}
find-doubt = Several places may be meant. Choose the right one, or add an apartment number.
find-accesses = Places
held = Held cases
held-lead = These wait for a decision. The one that has waited longest stands first.
held-none = Nothing waits for you.
held-since = held since
held-assigned = { $who } looks after it
held-four-eyes = two persons must release it
held-agreed = One person has agreed.
held-why = Held
decide-take = I look after it
decide-leave = Give it back
decide-release = Release
decide-cancel = Cancel the case
decide-second = Your yes is noted. Another person must release the case, too, before it goes on.
decide-not-now = That cannot be done as the case stands now. See below how it stands.
fault = Fault report
fault-begin = Report a fault
fault-at = The fault is at
fault-operator = { $operator } has the network there and gets the report.
not-said = Not known
fault-problem = What is wrong?
fault-since = Since when?
fault-pattern = All the time or now and then?
fault-lamps = Lamps on the media converter
fault-wired = Tried by cable?
fault-restarted = Equipment restarted?
fault-speed = Measured speed, Mbit/s
fault-down = Down
fault-up = Up
fault-neighbours = Neighbours with the same fault
fault-neighbours-hint = A count, no addresses
fault-severity = How severe?
fault-text = In your own words
fault-description = Anything that has no room above
fault-description-hint = No names, numbers, codes or anything else about people: it is taken out before the text leaves.
fault-customer = The customer’s name
fault-customer-hint = Does not leave without a visit: it is needed to know the name in the text.
fault-go-on = Review and send
fault-look = Show what the operator sees
fault-wrong = Mend first: { $fields }.
fault-other-field = some other field
visit = Visit
visit-agreed = The customer has agreed to a visit
visit-window = Time of the visit
visit-day = Day
visit-from = From
visit-to = To
visit-contact-known = Left empty, the technician gets the contact of the order.
visit-name = Whom to ask for
visit-phone = Telephone
visit-door-code = Door code
visit-door-code-hint = Leaves in a field of its own and is wiped a day after the visit. Never write it in the text.
visit-no-door-code = The policy lets this operator have no door code.
seen = This is what { $operator } sees, exactly
seen-to = To
seen-held = Is not sent by itself:
seen-bytes = The message, byte by byte
seen-why = why?
seen-mask = masked
seen-not-yet = Shown once what is wrong above is mended.
seen-changed = What the operator sees was updated.
seen-lost = The preview could not be had. Your session may have ended: what you have written is still here. Press “Show what the operator sees”.
seen-sent = { $count ->
    [one] One field leaves.
   *[other] { $count } fields leave.
}
seen-masked = { $count ->
    [one] One mask in the text.
   *[other] { $count } masks in the text.
}
seen-withheld = { $count ->
    [one] One field is withheld –
   *[other] { $count } fields are withheld –
}
findings = { $count ->
    [one] One finding in the text
   *[other] { $count } findings in the text
}
findings-hint = If nothing is done, the text leaves with the tag in its place.
finding-drop = Remove
finding-tag = Replace
finding-reason = Why it is not personal:
finding-not-personal = Not personal, because …
finding-vouch = Let it stand
finding-fixed = Cannot stand
finding-vouched = { $count ->
    [one] One word may stand; a colleague reviews it.
   *[other] { $count } words may stand; a colleague reviews them.
}
vouch-place = it is a place
vouch-product = it is a product or a company
vouch-technical = it is a technical word
vouch-other = it is nobody’s for another reason
confirm = Is that right?
confirm-recipient = Recipient
confirm-purpose = Purpose
confirm-area = Area
confirm-access = Access
confirm-undo = You can take it back for { $seconds } seconds after sending.
confirm-send = Send to { $operator }
confirm-back = Back and change
undo = can be taken back
undo-leaves = Leaves at
undo-left = in # s
undo-do = Take it back
receipt-none = Nothing stands in the disclosure log yet.
receipt-leaves = { $count ->
    [one] Disclosure log, leaf
   *[other] Disclosure log, leaves
}
clocks = Times
clock-sent = Sent
clock-acknowledged = Acknowledged by the operator
clock-repaired = Mended
clock-total = Time since it was sent
story = What has happened
leaf-of = leaf
story-in-our-keeping = in our keeping
story-recorded = recorded
story-acknowledged = acknowledged by the operator
story-refused = refused by the operator
story-not-sent = not sent
story-unknown = unknown whether it arrived
story-held = held
story-decided = decided
story-completed = completed
story-failed = failed
story-rejected = rejected
story-cancelled = cancelled
story-the-operator-wrote = the operator wrote
story-responsible-SP = our turn
story-responsible-CO = the operator’s turn
story-mended = mended, says the operator
turn-SP = Our time
turn-CO = The operator’s time
decide-retry = Try again
decide-hurry = Try now
case-next-look = Next look
say-nothing-yet = Write something, and what the operator will see is shown here.
say = Say something to the operator
say-label = Comment
say-hint = Goes the way of the report: what is personal is taken out, and you can take it back for a while.
say-comment = Send the comment
say-close = Close the fault
say-reopen = Not mended: reopen
incidents = Wrongly sent
wrongly-noticed = noticed
wrongly-24 = Report to PTS before
wrongly-72 = Report to IMY before
wrongly-next = Call the data protection officer now. A person judges whether it is to be reported, and to whom.
wrongly-report = Report that something was wrongly sent
wrongly-report-what = Drafts an incident report. The clocks of 24 and 72 hours start now.
wrongly-kind = What happened?
wrongly-draft = Make the draft
incident-wrong-recipient = Wrong recipient
incident-wrong-person = Wrong customer
incident-too-much = Too much was sent
incident-other = Something else
reviews = Words to review
reviews-lead = A colleague said that these words are not personal. Is that so?
reviews-none = Nothing to review.
reviews-wiped = wiped
reviews-case = case
reviews-own = Your own; a colleague reviews it.
reviews-right = That is so
reviews-wrong = It was personal
problem-NO_LINK = No link
problem-NO_ACCESS = Link but no connection
problem-QUALITY = Bad quality
problem-OTHER = Something else
pattern-constant = All the time
pattern-intermittent = Comes and goes
lamps-power-off = No lamp is lit
lamps-wan-off = WAN off
lamps-wan-blinking = WAN blinking
lamps-los-red = LOS red
lamps-all-green = All green
lamps-other = Something else
severity-minor = Minor
severity-moderate = Moderate
severity-significant = Significant
severity-extensive = Extensive
answer-true = Yes
answer-false = No
field-access-id = access id
field-subscription-id = service id at the operator
field-case-reference = our reference
field-case-operator_reference = number at the operator
field-service-id = service
field-order-operation = what is ordered
field-order-requested_date = requested date
field-order-forced_takeover = takeover
field-service-fixed_ip = fixed ip address
field-service-sla = service level
field-place-street = street
field-place-number = house number
field-place-littera = letter
field-place-postcode = postcode
field-place-city = town
field-place-apartment = apartment
field-contact-name = contact name
field-contact-phone = contact phone
field-contact-email = e-mail
field-contact-phone_other = other phone
field-identity-personnummer = personnummer
field-identity-birth_date = date of birth
field-company-name = company name
field-company-org_no = organisation number
field-identity-protected = special detail
field-identity-other = other identity
field-cpe-mac = MAC address
field-cpe-model = equipment
field-cpe-ip = ip address
field-fault-problem_type = problem type
field-fault-heading = heading
field-fault-severity = severity
field-fault-since = since when
field-fault-pattern = constant or not
field-fault-lamps = lamps
field-fault-link = link
field-fault-wired_test = wired test
field-fault-restarted = restart
field-fault-speed = measured speed
field-fault-level = optical level
field-fault-neighbours = neighbours
field-fault-responsible = whose turn it is
field-visit-booked = visit booked
field-visit-window = time of visit
field-visit-door_code = door code
field-fault-description = text about the fault
field-note-text = note
field-attachment = attachment
field-customer-number = customer number
field-invoice-address = invoice address
field-staff-name = staff
field-commercial-other = contract and prices
seen-replaced = Too much of the text is personal: a fixed sentence leaves instead. Shorten it to what the technician needs.
seen-cut = The text is longer than the recipient may have, and is cut at a sentence.
attempt = attempt { $number }

# Overview: what was disclosed, stopped and denied, and what stands out.
nav-overview = Overview
nav-overview-about = Disclosures in numbers, and what stands out
overview = Overview
overview-days = Period
overview-last = { $count ->
    [7] One week
   *[other] { $count } days
}
overview-disclosed = Disclosures
overview-stopped = Held or refused
overview-denied = Denied at the door
overview-by-purpose = By recipient and purpose
overview-stopped-why = Why something was stopped
overview-reason = Reason
overview-count = Number
overview-runs = Recording
overview-running = under way
overview-halted = stopped since
overview-witnesses = Witnesses
witnesses-not-asked = none are set
witnesses-too-few = too few have signed
witnesses-by = { $count ->
    [one] one has signed
   *[other] { $count } have signed
}
chart-most = At most { $times } ({ $day })
chart-none = Nothing in this period
chart-table = As a table
chart-day = Day
stands-out = Stands out
stands-out-lead = The last week, against the four weeks before. None of this is a verdict: have a look.
stands-out-nothing = Nothing stands out in the last week.
stands-out-week = the whole week
stands-out-case = case
times = { $times } times
times-usual = { $times } on one day; usual is { $beside }
times-of = { $times } of { $beside }
times-cases = { $times } cases about one person
times-pulls = contact given { $times } times
unusual-off-hours = Evening, night or weekend
unusual-volume = Much more than usual
unusual-same-person = One person again and again
unusual-same-pull = One contact again and again
unusual-no-ticket = Contact pulled without a ticket
unusual-stopped = Many held or refused
unusual-denied = Many denied at the door
denial-no-credentials = nothing shown
denial-malformed = unreadable sign-in
denial-unknown-token = unknown token
denial-expired = expired sign-in
denial-revoked = revoked token
denial-no-jwt = token of another kind
denial-unknown-key = unknown signing key
denial-signature = wrong signature
denial-not-for-us = token for somebody else
denial-not-yet = token that has not begun
denial-claims = token without name or role
denial-password = wrong name or password
denial-state = wrong way back from signing in
denial-cross-site = another site
denial-role = no role
operators = Operators
operators-line = Answers
operators-in-use = yes
operators-left-alone = no, left alone
operators-probing = one case is looking
operators-since = since
operators-until = not tried before
operators-oldest = Oldest due
operators-nothing-due = nothing waits
operators-held = Held
operators-feed = Events read
operators-list = Access list
result-accepted = accepted
result-rejected = rejected
result-unsent = not sent
result-unknown = unknown
ago-seconds = { $number } s ago
ago-minutes = { $number } min ago
ago-hours = { $number } h ago
ago-days = { $number } days ago
retention = Retention
retention-overdue = Overdue
retention-overdue-what = It should have been wiped more than a day ago. Is the worker running? sluss retention run wipes it now.
retention-due = Due
retention-kept = Ended cases that are kept
retention-next = Next
retention-counted = Counted

# Recipients, agreements and policies.
nav-policies = Policies
nav-policies-about = Recipients, agreements, and who may have what and why
registry = Recipients and policies
registry-lead = Who may receive data, under which agreement, and what the policy opens.
registry-public = The list to publish
registry-disabled = switched off
agreement = Agreement
agreement-none = no agreement: nothing is disclosed
agreement-not-yet = not in force yet
agreement-over = has ended: nothing is disclosed
agreement-left = { $count ->
    [0] in force until today
    [one] in force one more day
   *[other] in force { $count } more days
}
policy-version = Version
policy-changes = What has changed?
policy-hash = Hash
policy-notice = Customers are told in
matrix = Field by field
matrix-lead = Yes: is disclosed. If: is disclosed where a condition holds. No: is never disclosed. Choose a purpose for conditions and reasons.
matrix-yes = yes
matrix-if = if
matrix-no = no
matrix-closed = Nothing is disclosed for:
rules-lead = What { $recipient } may have for the purpose { $purpose }, and why.
rules-back = All purposes
rules-allowed = Disclosed
rules-conditional = Disclosed if
rules-never = Never disclosed
rules-silent = No rule: not disclosed
rule-when = If
rule-and = {" "}and{" "}
rule-id = rule
when-problem = the fault is of type { $types }
when-service = the service is of type { $types }
condition-visit-booked = a visit is booked
condition-access-missing = there is no access id
condition-subscription-missing = there is no operator's id of the service
condition-phone-missing = there is no phone number
condition-premises-apartment = the place is an apartment
condition-subject-legal_person = the customer is a legal person
condition-subject-person = the customer is a person
condition-fixed_ip-ordered = a fixed IP address is ordered
condition-text-clean = the text passes the guard
transform-first_name_initial = first name and initial
kept-days = { $count ->
    [one] one day
   *[other] { $count } days
}
kept-months = { $count ->
    [one] one month
   *[other] { $count } months
}
kept-hours = { $count ->
    [one] one hour
   *[other] { $count } hours
}
kept-after-end = kept { $time } after the case has ended
kept-after-visit = kept { $time } after the visit
kept-after-record = kept { $time } after the disclosure
party-processor = processor
party-sub-processor = sub-processor
party-controller = controller
country-SE = Sweden
changes = changes
changes-none-yet = There is one version only: nothing to compare.
changes-between = What { $to } says that { $from } did not.
changes-nothing = The two say the same.
changes-widen = The recipient may get more than before.
changes-narrow = The recipient gets no more than before.
changes-text = Free text
changes-for = For
changes-before = Before
changes-after = Now
changes-always = always
changes-silent = no rule
changes-exceptions-new = New exceptions
changes-exceptions-gone = Exceptions that are gone
changes-history = Every version
changes-no-history = Nothing has been decided under the policy yet: it is written into the log the first time.
changes-from = From
changes-to = To
changes-compare = Compare
way-opened = Disclosed now, and not before
way-wider = Disclosed more often, or kept longer
way-otherwise = Disclosed on other conditions
way-narrower = Disclosed more seldom, or kept shorter
way-closed = Not disclosed any more
way-reworded = The same answer for another reason
text-limits = { $length } characters at most; where more than { $percent } % is personal, { $over }
text-over-hold = the case is held
text-over-replace = a fixed sentence is sent instead
recipients = Recipients of personal data
recipients-lead = These may get data about you when a service is delivered in a city network, or a fault is to be mended. As of { $day }.
recipients-json = As data (JSON)
recipients-none = Nobody may get data today.
recipient-org-no = Organisation number
recipient-country = Place
recipient-address = Address
recipient-role = Role
recipient-fields = Which data, and what for
recipient-always = Disclosed
recipient-sometimes = Disclosed only where it is needed

# What was wrongly sent.
nav-incidents = Wrongly sent
nav-incidents-about = What should not have been sent, with the clocks to PTS and IMY
incidents-lead = Drafts of incident reports, the latest first. The clocks run from when it was noticed.
incidents-none = Nothing has been reported as wrongly sent.
incidents-take = Take the whole register along:
incidents-one = Draft of an incident report
incidents-noticed = Noticed
incidents-persons = Persons concerned
incidents-stands = Where it stands
incidents-closed = Closed
incidents-sent = What was disclosed, as the log tells it
incidents-nothing-sent = The log has no disclosure that can have reached a recipient.
incidents-result = Outcome
incidents-blanks = To be filled in by hand
incidents-blank-what = What happened, and how was it noticed?
incidents-blank-risk = What can follow for the person?
incidents-blank-done = What has been done, and were the person and the recipient told?
incidents-close = Close
clock-over = time is up
clock-left = { $count ->
    [one] one hour left
   *[other] { $count } hours left
}
closing-reported-to-both = Reported to PTS and IMY
closing-reported-to-pts = Reported to PTS
closing-reported-to-imy = Reported to IMY
closing-not-to-be-reported = Documented, need not be reported
closing-no-incident = Nothing was wrongly sent
