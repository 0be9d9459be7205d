# Sidorna på svenska. Varje text finns också i en.ftl; ett test håller dem ihop.
# De ord som sluss har för sina begrepp står i DESIGN: ärende, utlämnande, mottagare, undanhållen, maskerad.

language = Svenska
product = sluss, slussen för kunduppgifter
skip = Hoppa till innehållet
nav = Huvudmeny
nav-status = Läge
nav-status-about = Om loggen skrivs och utlämnanden går ut
sign-out = Logga ut

home = Start
home-who = { $name }, inloggad som { $roles }.

failure-forbidden = Det får du inte göra här
failure-forbidden-what = Ditt konto har ingen roll för den här sidan, eller så kom formuläret från en annan inloggning. Ladda om sidan och försök igen.
failure-not-found = Sidan finns inte
failure-not-found-what = Det du söker finns inte, eller inte för dig.
failure-too-many = Vänta lite
failure-too-many-what = Det blev för många försök på kort tid.
failure-stopped = Allt är stoppat just nu
failure-stopped-what = Inget tas emot och inget skickas förrän driften har åtgärdat felet. Det du har skrivit är inte sparat: gå tillbaka, så står det kvar.
failure-other = Det gick inte
failure-other-what = Något i det som skickades kunde inte läsas. Gå tillbaka och försök igen.
failure-home = Till startsidan

sign-in = Logga in
sign-in-provider = Logga in med din organisation
sign-in-name = Namn
sign-in-password = Lösenord
sign-in-first = Första kontot
sign-in-token = Engångskod, som sluss serve skrev ut
sign-in-roles = Roller
sign-in-make = Skapa kontot
sign-in-no-role = Ditt konto har ingen roll här. Be den som sköter inloggningen om en.
sign-in-malformed = Fyll i alla fält. Lösenordet ska ha 15 till 256 tecken, namnet bara a–z, 0–9, - . _
sign-in-refused = Inloggningen gick inte. Kontrollera uppgifterna och försök igen.

role-ordering = beställning
role-support = kundtjänst
role-auditor = granskning
role-privacy = dataskydd
role-policy = regelverk
role-operations = drift

status = Utlämnandeloggen
status-runs = Utlämnanden kan registreras och skickas.
status-stopped-since = Stoppat sedan
status-stopped = inget tas emot och inget skickas.
status-by-itself = När orsaken är borta går det vidare av sig självt.
status-by-restart = Det går vidare efter en omstart.
status-by-resume = Det går inte vidare av sig självt: när orsaken är åtgärdad, kör sluss log resume --reason KOD och starta om.
status-left-alone = svarar inte och lämnas i fred; dess ärenden väntar och inget går förlorat. Sedan
status-leaves = Poster i loggen
status-unreadable = kan inte läsas
status-signed = Senast signerade kontrollpunkt
status-none = saknas
status-ago = ({ $seconds } sekunder sedan)
status-free-store = Ledigt där lagret ligger
status-free-checkpoint = Ledigt där kontrollpunkten ligger
status-reserve = Reserv
status-now = Läget gäller
status-mebibytes = { $room } MiB

halt-forked = Den senast signerade kontrollpunkten hör till en annan logg. Spara alla filer som bevis och återställ loggen som kontrollpunkten gäller.
halt-old-backup = Loggen är äldre än sin senast signerade kontrollpunkt, som efter en gammal säkerhetskopia. Återställ den nyaste kopian av databasen.
halt-head-behind = Loggen blev kortare än sin senast signerade kontrollpunkt medan den användes. Stoppa sluss och återställ den nyaste kopian av databasen.
halt-log-changed = Loggen är inte den som signerades. Stoppa sluss, spara filerna som bevis och återställ den nyaste felfria kopian.
halt-damaged = Något lagrat är inte det som skrevs. Kör sluss log fsck och återställ det som pekas ut.
halt-log-lost = Det finns en signerad kontrollpunkt men ingen logg. Återställ databasen bredvid den.
halt-checkpoint-lost = Kopian av den senaste kontrollpunkten saknas eller är inte signerad med loggens nyckel. Lägg tillbaka den nyaste kopian.
halt-log-unlinked = En av lagrets filer togs bort medan den användes. Stoppa sluss och återställ.
halt-log-replaced = En av lagrets filer byttes ut medan den användes. Stoppa sluss och lägg tillbaka rätt filer.
halt-keys-behind = Nyckellagret är äldre än listan över raderingar. Låt raderingarna göras om.
halt-part-failed = En del av programmet har slutat fungera. Starta om sluss.
halt-clock-behind = Klockan går efter loggens senaste post. Ställ maskinens klocka rätt.
halt-disk-reserve = Det är mindre ledigt än reserven där lagret eller kontrollpunkten ligger. Frigör utrymme.
halt-append-failed = Loggen kunde inte skrivas. Se efter disken, rättigheterna och programmets meddelanden.
halt-deadline-passed = En post blev inte varaktig inom den tillåtna tiden. Se efter disken.
halt-witnesses-stale = För få vittnen har signerat på senaste tiden. Se efter vittnena och vägen till dem.

# Varför ett ärende är stoppat, och vad som ska göras.
hold-special-handling = kräver särskild hantering
hold-no-valid-agreement = inget giltigt avtal med mottagaren
hold-recipient-disabled = mottagaren är avstängd
hold-no-rule = ingen regel för det här ändamålet
hold-missing-field = en nödvändig uppgift undanhålls
hold-screened = en uppgift som inte får lämnas fanns kvar
hold-text-needs-review = för mycket av fritexten var personuppgifter
hold-credentials-refused = operatören godtar inte våra inloggningsuppgifter
hold-not-offered = operatören har inte den här tjänsten
hold-answer-unclear = operatörens svar går inte att tolka
hold-attempts-used-up = alla försök är förbrukade
hold-unreadable = det lagrade går inte att öppna
hold-person = en handläggare har stoppat det
hold-reference-unknown = okänd referens
hold-reference-of-another = en annan operatörs referens
hold-case-not-live = ärendet är avslutat eller inte framme
hold-ticket-not-open = felanmälan är inte öppen
hold-no-contact = ingen kontaktväg får lämnas
hold-reason-unknown = operatören nekar med ord som ingen orsak är knuten till
hold-service-unavailable = tjänsten går inte att få här den dagen
hold-held-by-another-provider = en annan leverantör har tjänsten här
hold-takeover-not-offered = operatören erbjuder inte övertag här
hold-characteristic-missing = tjänsten kräver något som ordern inte säger
advice-special-handling = Hantera ärendet enligt den skriftliga rutinen för särskild hantering.
advice-no-valid-agreement = Teckna eller förläng avtalet, skriv in datumen i mottagarens fil och släpp sedan ärendet.
advice-recipient-disabled = Slå på mottagaren i dess fil, eller avbryt ärendet.
advice-no-rule = Lägg till en regel för ändamålet i mottagarens regelverk och släpp sedan ärendet.
advice-missing-field = Komplettera ärendet eller öppna uppgiften i regelverket och släpp sedan ärendet.
advice-screened = Rätta texten och lämna in ärendet på nytt.
advice-text-needs-review = Korta texten till det som teknikern behöver och lämna in ärendet på nytt.
advice-credentials-refused = Kontrollera kanalens användarnamn och lösenord med operatören och släpp sedan ärendet.
advice-not-offered = Lämna över för hand och avbryt sedan ärendet.
advice-answer-unclear = Fråga operatören vad den har gjort med vår referens; släpp eller avbryt sedan ärendet.
advice-attempts-used-up = Kontrollera operatörens gränssnitt och släpp sedan ärendet.
advice-unreadable = Återställ nyckellagret eller databasen från en säkerhetskopia och släpp sedan ärendet.
advice-person = Släpp eller avbryt ärendet när saken är klar.
advice-reference-unknown = Fråga operatören var den har referensen ifrån.
advice-reference-of-another = Fråga operatören var den har referensen ifrån.
advice-case-not-live = Förmedla frågan själv, om operatören ändå behöver nå kunden.
advice-ticket-not-open = Förmedla frågan själv, om operatören ändå behöver nå kunden.
advice-no-contact = Komplettera kundens nummer i registret.
advice-reason-unknown = Läs operatörens ord i ärendet, ge dem en kod under [[channel.reason]] i mottagarens fil och släpp eller avbryt sedan ärendet.
advice-service-unavailable = Välj en annan tjänst eller dag och lämna in ordern på nytt, eller släpp ärendet för att sända det ändå.
advice-held-by-another-provider = Den andra leverantörens tjänst måste upphöra först: vänta, beställ övertag där operatören erbjuder det, eller släpp ärendet för att sända det ändå.
advice-takeover-not-offered = Lämna in ordern på nytt utan övertag, eller släpp ärendet för att sända det ändå.
advice-characteristic-missing = Lämna in ordern på nytt med det som tjänsten kräver, eller släpp ärendet för att sända det ändå.

state-waiting = väntar
state-accepted = mottaget
state-recorded = registrerat
state-placed = hos operatören
state-completed = klart
state-failed = misslyckat
state-rejected = avvisat
state-held = stoppat
state-cancelled = avbrutet

purpose-feasibility = förfrågan om leverans
purpose-delivery-activate = ny tjänst
purpose-delivery-change = byte av tjänst
purpose-delivery-suspend = paus
purpose-delivery-resume = återupptagen tjänst
purpose-delivery-terminate = uppsägning
purpose-fault-report = felanmälan
purpose-fault-supplement = komplettering av felanmälan
purpose-fault-close = avslut av felanmälan
purpose-contact-pull = kontaktförfrågan
purpose-notice-rectification = underrättelse om rättelse
purpose-notice-erasure = underrättelse om radering

act-activate = ny tjänst
act-change = byte av tjänst
act-modify = ändring av tjänst
act-suspend = paus
act-resume = återupptagande
act-terminate = uppsägning
act-amend = ändring av beställningen
act-cancel = återtagande
act-report = felanmälan
act-supplement = kommentar
act-close = avslut
act-reopen = återöppning
act-ask = förfrågan
act-answer = svar till operatören
act-notify = underrättelse

# Utlämnandeloggen för granskare och dataskyddsombud.
nav-log = Logg
nav-log-about = Vem fick vad, när, varför och enligt vilken regel; med bevis
failure-too-large = Det blir för många rader
failure-too-large-what = Så många rader lämnas inte ut på en gång. Gå tillbaka och välj en kortare period.
log = Utlämnandelogg
log-lead = Varje utlämnande står här innan det görs. Här finns inga personuppgifter, bara namn på uppgifter. Att du läser blir också en post.
log-filter = Välj poster
log-bad = Det går inte att läsa: { $name }. Inget visas förrän det är rättat.
log-more = Fler val: uppgift, regel, orsak, roll, ärende
log-show = Visa
log-clear = Rensa
log-found = { $count ->
    [one] En post
   *[other] { $count } poster
}
log-size = av { $size } i hela loggen
log-nothing = Inga poster motsvarar det du valt.
log-counted = Antal
log-number = Antal
log-share = Andel
log-none-of = gäller inte
log-leaf = Post
log-at = Tid
log-what = Vad
log-to = Mottagare
log-fields = Uppgifter
log-end = Utfall
log-actor = Roll
log-of = Gäller post
log-sent = { $count ->
    [one] 1 lämnad
   *[other] { $count } lämnade
}
log-withheld = { $count ->
    [one] 1 undanhållen
   *[other] { $count } undanhållna
}
log-masked = { $count ->
    [one] 1 maskering
   *[other] { $count } maskeringar
}
log-pages = Sidor
log-newest = Till de nyaste
log-older = Äldre poster
log-all = alla utlämnanden och stopp
taken = Ta med
taken-about = Samma urval som på sidan, hela vägen bak. Filen säger vad som frågades, när, av vem, hur många rader det är och var loggen stod. Uttaget blir en post i loggen.
taken-most = Högst { $most } rader åt gången, på papper { $print }.
taken-too-many = Urvalet har { $rows } rader, och i det formatet tas högst { $most } med åt gången. Välj en kortare tid eller ett annat format.
taken-form = Format
taken-mark = Byteordningsmärke (BOM) i CSV, för Excel
taken-do = Ta med
taken-query = Urval
taken-at = Uttaget
taken-by = Av
taken-rows = Rader
taken-head = Loggens huvud
takenform-csv = CSV (kalkylblad)
takenform-jsonl = JSON Lines
takenform-jsonld = JSON-LD med DPV
takenform-print = Sida för utskrift eller PDF
leafkind-disclosures = utlämnanden och stopp
leafkind-all = allt i loggen
leafkind-intent = utlämnande
leafkind-outcome = utfall
leafkind-refusal = nekat
leafkind-hold = stoppat
leafkind-release = beslut
leafkind-read = läsning av loggen
leafkind-policy = regelverk i kraft
leafkind-key = nyckel
leafkind-erasure = radering
leafkind-heartbeat = livstecken
leafkind-anchor = tidigare logg
leafkind-resume = loggen återupptagen
ending-open = inte avslutat
ending-accepted = mottaget
ending-rejected = avvisat
ending-unsent = aldrig sänt
ending-unknown = okänt
actor-system = systemet
actor-ordering = beställning
actor-support = kundtjänst
actor-auditor = granskning
actor-privacy = dataskydd
actor-policy = regelverk
actor-operations = drift
basis-gdpr-6-1-b = avtal med kunden (art. 6.1 b)
basis-gdpr-6-1-c = rättslig förpliktelse (art. 6.1 c)
basis-gdpr-6-1-f = berättigat intresse (art. 6.1 f)
ask-what = Vad
ask-recipient = Mottagare
ask-purpose = Ändamål
ask-outcome = Utfall
ask-from = Från och med
ask-to = Till och med
ask-field = Uppgift
ask-side = Uppgiften blev
ask-rule = Regel
ask-reason = Orsak
ask-actor = Roll
ask-case = Ärende
ask-group = Räkna per
ask-before = Före post
any-recipient = alla mottagare
any-purpose = alla ändamål
any-outcome = alla utfall
any-field = alla uppgifter
any-side = lämnad eller undanhållen
any-reason = alla orsaker
any-actor = alla roller
any-group = räkna inte
side-sent = lämnad
side-withheld = undanhållen
group-recipient = mottagare
group-purpose = ändamål
group-outcome = utfall
group-what = slag av post
group-actor = roll
group-reason = orsak
group-rule = regel
group-sent = lämnad uppgift
group-withheld = undanhållen uppgift
group-month = månad
group-day = dag
leaf-title = Post { $leaf }: { $kind }
leaf-agreement = Avtal
leaf-read = Hur
leaf-read-first = Från post
leaf-read-count = Antal poster
leaf-case-open = öppna ärendet
leaf-why = Varför
leaf-basis = Rättslig grund
leaf-policy = Regelverk
leaf-handling = Beslutat av
leaf-by-hand = en människa först; bara id:n lämnas
leaf-by-rule = regelverket
leaf-attempt = Försök
leaf-masked = Maskerat
leaf-replaced = Ersatt med fast text
leaf-conditions = Villkor, så som de var
leaf-held = uppfyllt
leaf-held-not = inte uppfyllt
leaf-sent = { $count ->
    [one] En uppgift lämnades
   *[other] { $count } uppgifter lämnades
}
leaf-withheld = { $count ->
    [one] En uppgift undanhölls
   *[other] { $count } uppgifter undanhölls
}
leaf-because = Därför att
leaf-proof = Bevis
leaf-hash = Postens hash
leaf-head = Kontrollpunkt
leaf-head-of = { $size } poster, rot
leaf-key = Nyckelns fingeravtryck
leaf-digests = Åtaganden
leaf-digests-count = { $count ->
    [one] 1 saltad kontrollsumma
   *[other] { $count } saltade kontrollsummor
}
leaf-digests-show = Visa kontrollsummorna
leaf-path = { $count ->
    [one] Bevisets väg till roten: 1 hash
   *[other] Bevisets väg till roten: { $count } hashar
}
leaf-checkpoint = Kontrollpunkten som den är signerad
leaf-verify = Kontrollera här
leaf-bundle = Hämta beviset
leaf-bundle-about = Filen kontrolleras utan oss: sluss log verify FIL --fingerprint med fingeravtrycket som du har på papper.
leaf-raw = Posten som den är lagrad
verified-good = Allt stämmer: posten står i loggen som den signerades.
verified-bad = Något stämmer inte. Spara sidan och hör av dig till driften.
verified-yes = stämmer
verified-no = stämmer inte
step-body = innehållet har den hash som loggen byggdes med
step-form = innehållet är en post i rätt form
step-proof = beviset leder till kontrollpunktens rot
step-signature = kontrollpunkten är signerad med loggens nyckel
step-outcome = utfallet står i samma logg och pekar på posten
step-case = posten hör till ärendet
step-decision = regelverket, registret och avtalet ger samma beslut igen

samples = Stickprov
nav-samples = Stickprov
nav-samples-about = Dra slumpvisa utlämnanden, granska vart och ett och signera
nav-persons = Utdrag
nav-persons-about = Vad som lämnats ut om en person, internt och som personen får det
samples-lead = Ett stickprov dras så att vem som helst kan dra samma igen. Varje beslut görs om mot det regelverk som gällde, du säger vad du tycker om det, och signeringen blir en post i loggen.
samples-before = Tidigare stickprov
samples-none = Inga stickprov är dragna än.
sample = Stickprov
sample-of = { $items } av { $population } utlämnanden
sample-in = loggen hade { $size } poster
sample-judged = bedömt { $judged }
sample-signed = Signerat
sample-stands = Läge
sample-wanted = Antal
sample-seed = Frö
sample-seed-hint = Samma frö drar samma stickprov. Bokstäver, siffror, - . _
sample-strata = Inget får missas per
sample-no-strata = inget särskilt
sample-draw = Dra stickprov
sample-of-nothing = Det finns inga utlämnanden att dra ur där.
sample-drawn = Draget
sample-population = Draget ur
sample-how = Välj en bedömning för varje utlämnande och spara. När alla är bedömda kan stickprovet signeras; sedan ändras inget.
sample-items = Utlämnanden i stickprovet
sample-pages = Delar av stickprovet
sample-replay = Beslutet gjort om
sample-same = samma beslut
sample-differs = stämmer inte
sample-verdict = Bedömning
sample-verdict-of = Bedömning av post { $leaf }
sample-no-verdict = inte bedömt
sample-save = Spara bedömningar
sample-sign = Signera stickprovet
sample-sign-about = En post i loggen bär stickprovets kontrollsumma.
sample-not-yet = Stickprovet kan inte signeras: något är inte bedömt, eller så är det redan signerat.
sample-file = Hämta stickprovet som fil (JSON)
sample-again = Så dras samma stickprov igen
sample-again-how = Ta de utlämnanden (intent) som urvalet gäller bland loggens första poster. Rangordna dem efter SHA-256 av fröet, en radbrytning och postens nummer. I varje grupp tas de med lägst rang: först en var, den största gruppen först, och resten efter storlek.
verdict-right = som det ska
verdict-too-much = för mycket lämnades
verdict-wrong-recipient = fel mottagare
verdict-no-ground = saknar grund
verdict-unclear = går inte att avgöra
person = Vad som lämnats ut om en person
person-lead = Sök på ärende, beställningssystemets nummer eller kundnummer. Det du skriver sparas ingenstans; att någon frågade blir en post i loggen.
person-reference = Vem
person-reference-hint = Ärendets id, beställningssystemets nummer eller kundnumret
person-client = System, om flera har samma nummer
person-view = Visa
person-values = Vad som skickades
person-values-hint = Innehållet visas bara med ett skäl, som står i loggen. Tänk på vem som ser skärmen.
person-without = visa inte innehållet
person-show = Visa
person-nobody = Ingen går under det, eller så är personen raderad eller inte för dig.
person-several = Flera personer går under det, i systemen { $clients }. Ange vilket.
person-another = Fråga om någon annan
person-internal = Utlämnat om personen, internt
person-customer = Utlämnat om dig
person-found = { $count ->
    [one] Ett utlämnande
   *[other] { $count } utlämnanden
}
person-decided = en handläggare beslutade
view-internal = internt: koder, regler och poster
view-customer = som personen får det, på vanlig svenska
why-request = personen har begärt det (artikel 15)
why-complaint = personen klagar
why-incident = felskick
why-authority = en myndighet frågar

# Ärenden, felanmälan, uppföljning.
nav-cases = Ärenden
nav-cases-about = Hitta ett ärende, anmäl ett fel, följ upp
nav-held = Stoppade
nav-held-about = Ärenden som väntar på en människa
nav-reviews = Granska
nav-reviews-about = Ord som någon har sagt inte är personuppgifter
failure-moved = Det har hänt något sedan dess
failure-moved-what = Ärendet har ändrats eller avgjorts av någon annan sedan sidan visades. Öppna det igen.
again-ended = Din inloggning har gått ut. Det du har skrivit finns kvar: logga in, så fortsätter du där du var.
again = Inloggad igen
again-kept = Det du hade skrivit finns kvar. Inget har skickats.
again-go-on = Fortsätt med formuläret
again-provider = Logga in i en ny flik
cases = Ärenden
cases-newest = Senaste ärendena
cases-none = Det finns inga ärenden än.
cases-further = Visa fler
case-id = Ärende
case-what = Vad
case-state = Läge
case-recipient = Mottagare
case-accepted = Inkom
case-purpose = Ändamål
case-reference = Operatörens nummer
case-receipt = Kvitto
case-more = Mer om det här
find = Sök
find-label = Sök ärende eller access
find-hint = Access-id, adress (Storgatan 10 G lgh 1201, 123 45 Ort) eller beställningssystemets nummer
find-nothing = Inget hittades. Kontrollera stavningen, eller sök på access-id.
find-cases = { $count ->
    [0] Inget ärende hittades, men en plats.
    [one] Ett ärende hittades.
   *[other] { $count } ärenden hittades.
}
find-doubt = Flera platser kan menas. Välj den rätta, eller skriv lägenhetsnummer.
find-accesses = Platser
held = Stoppade ärenden
held-lead = De här väntar på ett beslut. Den som har väntat längst står först.
held-none = Inget väntar på dig.
held-since = stoppat
held-assigned = { $who } har tagit hand om det
held-four-eyes = två personer måste släppa det
held-agreed = En person har sagt ja.
held-why = Stoppat
decide-take = Ta hand om
decide-leave = Lämna tillbaka
decide-release = Släpp
decide-cancel = Avbryt ärendet
decide-second = Ditt ja är noterat. En annan person måste också släppa ärendet innan det går vidare.
decide-not-now = Det går inte som ärendet står nu. Se läget nedan.
fault = Felanmälan
fault-begin = Anmäl fel
fault-at = Felet gäller
fault-operator = { $operator } äger nätet och får anmälan.
not-said = Vet inte
fault-problem = Vad är fel?
fault-since = Sedan när?
fault-pattern = Hela tiden eller ibland?
fault-lamps = Lampor på mediaomvandlaren
fault-wired = Provat med kabel?
fault-restarted = Startat om utrustningen?
fault-speed = Uppmätt hastighet, Mbit/s
fault-down = Ned
fault-up = Upp
fault-neighbours = Grannar med samma fel
fault-neighbours-hint = Ett antal, inga adresser
fault-severity = Hur allvarligt?
fault-text = Egna ord
fault-description = Något som inte ryms ovan
fault-description-hint = Inga namn, nummer, koder eller annat om personer: det tas bort innan texten lämnas ut.
fault-customer = Kundens namn
fault-customer-hint = Lämnas inte ut utan besök: behövs för att känna igen namnet i texten.
fault-go-on = Granska och skicka
fault-look = Visa vad operatören ser
fault-wrong = Rätta först: { $fields }.
fault-other-field = något annat fält
visit = Besök
visit-agreed = Kunden har godkänt ett besök
visit-window = Tid för besöket
visit-day = Dag
visit-from = Från
visit-to = Till
visit-contact-known = Lämnas fälten tomma får teknikern kontakten ur beställningen.
visit-name = Fråga efter
visit-phone = Telefon
visit-door-code = Portkod
visit-door-code-hint = Lämnas i ett eget fält och gallras ett dygn efter besöket. Skriv den aldrig i texten.
visit-no-door-code = Regelverket låter inte den här operatören få en portkod.
seen = Detta ser { $operator }, exakt
seen-to = Till
seen-held = Skickas inte av sig självt:
seen-bytes = Meddelandet, tecken för tecken
seen-why = varför?
seen-mask = maskerat
seen-not-yet = Visas när felen ovan är rättade.
seen-changed = Det som operatören ser har uppdaterats.
seen-lost = Förhandsvisningen kunde inte hämtas. Din inloggning kan ha gått ut: det du har skrivit finns kvar. Tryck på ”Visa vad operatören ser”.
seen-sent = { $count ->
    [one] En uppgift lämnas ut.
   *[other] { $count } uppgifter lämnas ut.
}
seen-masked = { $count ->
    [one] En maskering i texten.
   *[other] { $count } maskeringar i texten.
}
seen-withheld = { $count ->
    [one] En uppgift undanhålls –
   *[other] { $count } uppgifter undanhålls –
}
findings = { $count ->
    [one] Ett fynd i texten
   *[other] { $count } fynd i texten
}
findings-hint = Görs inget, skickas texten med tecknet i stället.
finding-drop = Ta bort
finding-tag = Ersätt
finding-reason = Varför det inte är en personuppgift:
finding-not-personal = Inte personuppgift, därför att …
finding-vouch = Låt stå
finding-fixed = Kan inte få stå kvar
finding-vouched = { $count ->
    [one] Ett ord får stå kvar; en kollega granskar det.
   *[other] { $count } ord får stå kvar; en kollega granskar dem.
}
vouch-place = det är en plats
vouch-product = det är en produkt eller ett företag
vouch-technical = det är ett tekniskt ord
vouch-other = det är ingen persons uppgift av annat skäl
confirm = Stämmer det?
confirm-recipient = Mottagare
confirm-purpose = Ändamål
confirm-area = Område
confirm-access = Access
confirm-undo = Du kan ångra dig i { $seconds } sekunder efter att du har skickat.
confirm-send = Skicka till { $operator }
confirm-back = Tillbaka och ändra
undo = kan ångras
undo-leaves = Lämnas ut klockan
undo-left = om # s
undo-do = Ångra
receipt-none = Inget är registrerat i utlämnandeloggen än.
receipt-leaves = { $count ->
    [one] Utlämnandeloggen, post
   *[other] Utlämnandeloggen, poster
}
clocks = Tider
clock-sent = Skickat
clock-acknowledged = Bekräftat av operatören
clock-repaired = Avhjälpt
clock-total = Tid sedan det skickades
story = Vad som har hänt
leaf-of = post
story-in-our-keeping = mottaget
story-recorded = registrerat
story-acknowledged = bekräftat av operatören
story-refused = avvisat av operatören
story-not-sent = inte skickat
story-unknown = okänt om det kom fram
story-held = stoppat
story-decided = beslut
story-completed = klart
story-failed = misslyckat
story-rejected = avvisat
story-cancelled = avbrutet
story-the-operator-wrote = operatören skrev
story-responsible-SP = vår tur
story-responsible-CO = operatörens tur
story-mended = avhjälpt enligt operatören
turn-SP = Vår tid
turn-CO = Operatörens tid
decide-retry = Försök igen
decide-hurry = Försök nu
case-next-look = Nästa gång
say-nothing-yet = Skriv något, så visas här vad operatören får se.
say = Säg något till operatören
say-label = Kommentar
say-hint = Går samma väg som felanmälan: personuppgifter tas bort, och du kan ångra dig en stund.
say-comment = Skicka kommentar
say-close = Avsluta felanmälan
say-reopen = Felet är kvar: öppna igen
incidents = Felskick
wrongly-noticed = upptäckt
wrongly-24 = Anmäl till PTS senast
wrongly-72 = Anmäl till IMY senast
wrongly-next = Kontakta dataskyddsombudet nu. En människa bedömer om det ska anmälas och till vem.
wrongly-report = Rapportera felskick
wrongly-report-what = Skapar ett utkast till incidentrapport. Klockorna för 24 och 72 timmar börjar gå nu.
wrongly-kind = Vad hände?
wrongly-draft = Skapa utkastet
incident-wrong-recipient = Fel mottagare
incident-wrong-person = Fel kund
incident-too-much = För mycket lämnades
incident-other = Något annat
reviews = Ord att granska
reviews-lead = En kollega har sagt att de här orden inte är personuppgifter. Stämmer det?
reviews-none = Inget att granska.
reviews-wiped = gallrat
reviews-case = ärende
reviews-own = Ditt eget; en kollega granskar.
reviews-right = Stämmer
reviews-wrong = Det var en personuppgift
problem-NO_LINK = Ingen länk
problem-NO_ACCESS = Länk men ingen anslutning
problem-QUALITY = Dålig kvalitet
problem-OTHER = Annat
pattern-constant = Hela tiden
pattern-intermittent = Kommer och går
lamps-power-off = Ingen lampa lyser
lamps-wan-off = WAN släckt
lamps-wan-blinking = WAN blinkar
lamps-los-red = LOS röd
lamps-all-green = Alla gröna
lamps-other = Annat
severity-minor = Liten störning
severity-moderate = Måttligt
severity-significant = Allvarligt
severity-extensive = Mycket allvarligt
answer-true = Ja
answer-false = Nej
field-access-id = access-id
field-subscription-id = tjänstens id hos operatören
field-case-reference = vår referens
field-case-operator_reference = operatörens nummer
field-service-id = tjänst
field-order-operation = vad som beställs
field-order-requested_date = önskat datum
field-order-forced_takeover = övertagande
field-service-fixed_ip = fast ip-adress ingår
field-service-sla = servicenivå
field-place-street = gata
field-place-number = husnummer
field-place-littera = bokstav
field-place-postcode = postnummer
field-place-city = ort
field-place-apartment = lägenhet
field-contact-name = kontaktens namn
field-contact-phone = kontaktens telefon
field-contact-email = e-post
field-contact-phone_other = annan telefon
field-identity-personnummer = personnummer
field-identity-birth_date = födelsedatum
field-company-name = företagets namn
field-company-org_no = organisationsnummer
field-identity-protected = särskild uppgift
field-identity-other = annat om personen
field-cpe-mac = MAC-adress
field-cpe-model = utrustning
field-cpe-ip = ip-adress
field-fault-problem_type = feltyp
field-fault-heading = rubrik
field-fault-severity = allvar
field-fault-since = sedan när
field-fault-pattern = hela tiden eller ibland
field-fault-lamps = lampor
field-fault-link = länk
field-fault-wired_test = prov med kabel
field-fault-restarted = omstart
field-fault-speed = uppmätt hastighet
field-fault-level = optisk nivå
field-fault-neighbours = grannar
field-fault-responsible = vems tur det är
field-visit-booked = besök bokat
field-visit-window = tid för besök
field-visit-door_code = portkod
field-fault-description = fritext om felet
field-note-text = anteckning
field-attachment = bilaga
field-customer-number = kundnummer
field-invoice-address = fakturaadress
field-staff-name = handläggare
field-commercial-other = avtal och priser
seen-replaced = För mycket av texten är personuppgifter: en fast mening skickas i stället. Korta texten till det som teknikern behöver.
seen-cut = Texten är längre än mottagaren får ha och klipps vid en mening.
attempt = försök { $number }

# Översikt: vad som har lämnats, stoppats och nekats, och vad som sticker ut.
nav-overview = Översikt
nav-overview-about = Utlämnanden i siffror, och vad som sticker ut
overview = Översikt
overview-days = Period
overview-last = { $count ->
    [7] En vecka
   *[other] { $count } dagar
}
overview-disclosed = Utlämnanden
overview-stopped = Stoppat eller nekat
overview-denied = Avvisat vid inloggning och dörr
overview-by-purpose = Per mottagare och ändamål
overview-stopped-why = Varför något stoppades
overview-reason = Skäl
overview-count = Antal
overview-runs = Registrering
overview-running = pågår
overview-halted = stoppad sedan
overview-witnesses = Vittnen
witnesses-not-asked = inga är inställda
witnesses-too-few = för få har signerat
witnesses-by = { $count ->
    [one] ett har signerat
   *[other] { $count } har signerat
}
chart-most = Som mest { $times } ({ $day })
chart-none = Inget under perioden
chart-table = Som tabell
chart-day = Dag
stands-out = Sticker ut
stands-out-lead = Den senaste veckan, mot de fyra veckorna före. Inget av det här är en dom: titta efter.
stands-out-nothing = Inget sticker ut den senaste veckan.
stands-out-week = hela veckan
stands-out-case = ärende
times = { $times } gånger
times-usual = { $times } på en dag; vanligt är { $beside }
times-of = { $times } av { $beside }
times-cases = { $times } ärenden om samma person
times-pulls = kontakten lämnad { $times } gånger
unusual-off-hours = Kväll, natt eller helg
unusual-volume = Mycket mer än vanligt
unusual-same-person = Samma person om och om igen
unusual-same-pull = Samma kontakt om och om igen
unusual-no-ticket = Kontakt hämtad utan felanmälan
unusual-stopped = Många stoppade eller nekade
unusual-denied = Många avvisade vid dörren
denial-no-credentials = inget inloggat
denial-malformed = oläslig inloggning
denial-unknown-token = okänd nyckel
denial-expired = utgången inloggning
denial-revoked = återkallad nyckel
denial-no-jwt = nyckel av fel slag
denial-unknown-key = okänd signeringsnyckel
denial-signature = fel signatur
denial-not-for-us = nyckel för någon annan
denial-not-yet = nyckel som inte börjat gälla
denial-claims = nyckel utan namn eller roll
denial-password = fel namn eller lösenord
denial-state = fel väg tillbaka från inloggningen
denial-cross-site = annan webbplats
denial-role = saknar roll
operators = Operatörer
operators-line = Svarar
operators-in-use = ja
operators-left-alone = nej, lämnas i fred
operators-probing = ett ärende prövar
operators-since = sedan
operators-until = prövas tidigast
operators-oldest = Äldst på tur
operators-nothing-due = inget väntar
operators-held = Stoppade
operators-feed = Händelser lästa
operators-list = Accesslista
result-accepted = mottaget
result-rejected = avvisat
result-unsent = inte skickat
result-unknown = okänt
ago-seconds = { $number } s sedan
ago-minutes = { $number } min sedan
ago-hours = { $number } h sedan
ago-days = { $number } dygn sedan
retention = Gallring
retention-overdue = Försenat
retention-overdue-what = Det skulle ha gallrats för mer än ett dygn sedan. Går arbetaren? sluss retention run gallrar nu.
retention-due = På tur
retention-kept = Avslutade ärenden som sparas
retention-next = Nästa
retention-counted = Räknat

# Mottagare, avtal och regelverk.
nav-policies = Regelverk
nav-policies-about = Mottagare, avtal, och vem som får vad och varför
registry = Mottagare och regelverk
registry-lead = Vem som kan få uppgifter, enligt vilket avtal, och vad regelverket öppnar.
registry-public = Förteckningen för publicering
registry-disabled = avstängd
agreement = Avtal
agreement-none = inget avtal: inget lämnas ut
agreement-not-yet = gäller inte än
agreement-over = har gått ut: inget lämnas ut
agreement-left = { $count ->
    [0] gäller till och med i dag
    [one] gäller en dag till
   *[other] gäller { $count } dagar till
}
policy-version = Version
policy-changes = Vad har ändrats?
policy-hash = Hash
policy-notice = Kunden informeras i
matrix = Uppgift för uppgift
matrix-lead = Ja: lämnas ut. Om: lämnas ut när ett villkor håller. Nej: lämnas aldrig. Välj ett ändamål för villkor och skäl.
matrix-yes = ja
matrix-if = om
matrix-no = nej
matrix-closed = Inget lämnas ut för:
rules-lead = Vad { $recipient } får för ändamålet { $purpose }, och varför.
rules-back = Alla ändamål
rules-allowed = Lämnas ut
rules-conditional = Lämnas ut om
rules-never = Lämnas aldrig
rules-silent = Ingen regel: lämnas inte
rule-when = Om
rule-and = {" "}och{" "}
rule-id = regel
when-problem = felet är av typen { $types }
when-service = tjänsten är av typen { $types }
condition-visit-booked = ett besök är bokat
condition-access-missing = access-id saknas
condition-subscription-missing = operatörens id på tjänsten saknas
condition-phone-missing = telefonnummer saknas
condition-premises-apartment = platsen är en lägenhet
condition-subject-legal_person = kunden är en juridisk person
condition-subject-person = kunden är en person
condition-fixed_ip-ordered = fast ip-adress är beställd
condition-text-clean = texten klarar granskningen
transform-first_name_initial = förnamn och initial
kept-days = { $count ->
    [one] ett dygn
   *[other] { $count } dygn
}
kept-months = { $count ->
    [one] en månad
   *[other] { $count } månader
}
kept-hours = { $count ->
    [one] en timme
   *[other] { $count } timmar
}
kept-after-end = sparas { $time } efter ärendets slut
kept-after-visit = sparas { $time } efter besöket
kept-after-record = sparas { $time } efter utlämnandet
party-processor = personuppgiftsbiträde
party-sub-processor = underbiträde
party-controller = personuppgiftsansvarig
country-SE = Sverige
changes = ändringar
changes-none-yet = Det finns bara en version än: inget att jämföra.
changes-between = Vad { $to } säger som { $from } inte sade.
changes-nothing = De två säger detsamma.
changes-widen = Mottagaren kan få mer än förut.
changes-narrow = Mottagaren får inte mer än förut.
changes-text = Fritext
changes-for = För
changes-before = Förut
changes-after = Nu
changes-always = alltid
changes-silent = ingen regel
changes-exceptions-new = Nya undantag
changes-exceptions-gone = Borttagna undantag
changes-history = Alla versioner
changes-no-history = Inget har beslutats under regelverket än: det skrivs i loggen första gången.
changes-from = Från
changes-to = Till
changes-compare = Jämför
way-opened = Lämnas nu, och gjorde det inte förut
way-wider = Lämnas oftare, eller sparas längre
way-otherwise = Lämnas på andra villkor
way-narrower = Lämnas mer sällan, eller sparas kortare
way-closed = Lämnas inte längre
way-reworded = Samma svar, annan motivering
text-limits = högst { $length } tecken; är mer än { $percent } % personuppgifter { $over }
text-over-hold = stoppas ärendet
text-over-replace = skickas en fast mening i stället
recipients = Mottagare av personuppgifter
recipients-lead = De här kan få uppgifter om dig när en tjänst levereras i ett stadsnät eller ett fel ska avhjälpas. Gäller { $day }.
recipients-json = Som data (JSON)
recipients-none = Ingen kan få uppgifter i dag.
recipient-org-no = Organisationsnummer
recipient-country = Plats
recipient-address = Adress
recipient-role = Roll
recipient-fields = Vilka uppgifter, och till vad
recipient-always = Lämnas
recipient-sometimes = Lämnas bara när det behövs

# Felskick.
nav-incidents = Felskick
nav-incidents-about = Det som inte borde ha skickats, med klockorna till PTS och IMY
incidents-lead = Utkast till incidentrapporter, det senaste först. Klockorna går från upptäckten.
incidents-none = Inget felskick är rapporterat.
incidents-take = Ta med hela registret:
incidents-one = Utkast till incidentrapport
incidents-noticed = Upptäckt
incidents-persons = Berörda personer
incidents-stands = Läge
incidents-closed = Avslutat
incidents-sent = Vad som lämnades ut, enligt loggen
incidents-nothing-sent = Loggen har inget utlämnande som kan ha nått en mottagare.
incidents-result = Utfall
incidents-blanks = Att fylla i för hand
incidents-blank-what = Vad hände, och hur upptäcktes det?
incidents-blank-risk = Vilka följder kan det få för personen?
incidents-blank-done = Vad har gjorts, och har personen och mottagaren underrättats?
incidents-close = Avsluta
clock-over = tiden är ute
clock-left = { $count ->
    [one] en timme kvar
   *[other] { $count } timmar kvar
}
closing-reported-to-both = Anmäld till PTS och IMY
closing-reported-to-pts = Anmäld till PTS
closing-reported-to-imy = Anmäld till IMY
closing-not-to-be-reported = Dokumenterad, behöver inte anmälas
closing-no-incident = Inget felskick
