//! Classes of personal data, each as a table of lines as support staff write them. What stands
//! between braces must go whole; the rest may go, unless the table is one of what must stay.

use proptest::prelude::*;
use sluss::guard::{Vocabulary, redact};

/// What of the braced parts of a line is still there.
fn leaks(line: &str) -> Vec<String> {
    let mut text = String::new();
    let mut marked = Vec::new();
    for (number, part) in line.split(['{', '}']).enumerate() {
        let start = text.chars().count();
        text.push_str(part);
        if number % 2 == 1 {
            marked.push(start..text.chars().count());
        }
    }
    let redacted = redact(&text, &Vocabulary::new());
    let chars: Vec<char> = text.chars().collect();
    let covered =
        |at: usize| redacted.spans().iter().any(|span| (span.start..span.end).contains(&at));
    marked
        .into_iter()
        .filter(|range| range.clone().any(|at| chars[at].is_alphanumeric() && !covered(at)))
        .map(|range| chars[range].iter().collect())
        .collect()
}

#[track_caller]
fn all_go(table: &str) {
    let failed: Vec<_> = table
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !leaks(line).is_empty())
        .collect();
    assert!(failed.is_empty(), "left of: {failed:#?}");
}

#[test]
fn codes_of_doors_by_what_the_door_is_called() {
    all_go(
        "vid köksdörren: {1959A#}
        förrådsdörr {688}
        Port: {9 4 9 2}
        Port: {3571K}. Ta med dosan
        {04-94} på innerdörren
        koden till porten {#16#98}
        Key safe: {077 222}; side gate
        her door {K831} is green
        buzzer {8331a#}
        kod till grind {1559}, till hus {5300}",
    );
}

#[test]
fn passwords_of_several_plain_words() {
    all_go(
        "nytt nätnamn Hemma_5G. lösen {en häst i mossen 55}. skicka till kontoret
        Lösenordet ändrat till {sju sorters kakor} av kund själv.
        it's 1155426348, and the network one is {seven swans swimming}. I told him
        trodde lösenordet var fel. Återställde till {grankotte}. Går inte",
    );
}

#[test]
fn names_and_letters_that_have_a_place_of_their_own() {
    all_go(
        "2024-02-26 21:49 {HH}: skapat
        Släpptes in av {pat} (inneboende)
        Ordrarna N-304740 ({Molly}, hyr rum) berörs
        bytt SFP. signed {RK}
        {Molly} heter jag och ringer för min bror",
    );
}

#[test]
fn numbers_in_brackets_and_in_pieces() {
    all_go(
        "personal no. {(20)010520-2386} spare contact
        alt. contact: caretaker, {[070] 1740638}
        nummer {(+46) 31 3900611} hemligt
        kund IP {192.0.2.147 /24} -> router
        DHCP ja: {203,0,113,91} gw 8.8.8.8
        bilen {o n d 8 6 2} får flyttas
        van {HAT:726} står vid skåpet
        hon är född {1941, 3 augusti}, stämmer
        f-datum {28.5.94}
        mejl louisehjo26 {[a] example.com}
        Återställningslänk{http://konto.example.com/verify;jsessionid=lYfRG912iCIYKSYFf}",
    );
}

#[test]
fn codes_of_doors_before_and_behind_the_door() {
    all_go(
        "kod till porten {4711}
        porten: {4711#}
        tryck {1 4 7 9} för att komma in
        entré {2580}
        nyckelskåpet {3391}
        nyckelbox {0042} vid dörren
        trapphus {7788}
        garageporten öppnas med {5521}
        porttelefon {1402}
        {2580} i porten
        {2580#} till dörren
        knappa in {2580#}
        hänglås {8273}
        kod {2580} dag
        gate: {4411}
        front door {4411}
        press {4411} then hash
        key safe {4411}
        lobby door {4411}",
    );
}

#[test]
fn networks_and_accounts_with_their_names() {
    all_go(
        "SSID {Lindkvistarna} lösen {hemligt123}
        ssid: {Villa Solbacken} nyckel: {solsken22}
        nätverksnamn {Familjen Ek}, lösenord {ekenfamilj}
        wifi heter {NinasNät} pw {abcd1234}
        wifi pass: {blå himmel över sjön}
        passw: {hejhej}
        trådlösa nyckeln är {katten1}
        network name {Ruby House} key {rubyrubyruby}
        user {bobby} pass {tables}
        användarnamn: {bobby}
        byt till {Vinter2025!}
        PUK {88123456}
        lösenordet blev {apelsin}",
    );
}

#[test]
fn health_in_many_words() {
    all_go(
        "kunden har {CPAP} och {syrgas}
        mamman har {assistansbolag} och {rullstol}
        {gode man} ska kontaktas
        har {nötallergi} hemma
        opererats för {bröstcancer}
        barnet har {autism}
        boende är {elöverkänslig}
        {änkan} svarar inte
        she is {pregnant}
        uses an {oxygen concentrator}
        his {late wife} had the contract
        on {sick leave} until May
        customer is {hard of hearing}
        {färdtjänst} hämtar
        har {typ 1-diabetes} sedan länge
        sonen har {ADD}, ring sakta
        lider av {vaskulär demens}
        har {muskelatrofi} och {nedsatt rörlighet}
        recovering from {a stroke}
        nybliven {änka}
        utsatt för {våld i nära relation}
        har {macular degeneration}
        min f\u{ef}\u{bb}\u{bf}{alldetektor} larmar",
    );
}

#[test]
fn names_of_many_countries_in_lower_case() {
    all_go(
        "pratade med {oleksandr} igår
        ring {temesgen}
        hälsn {siriporn}
        kontakt {khadija}
        tekniker {wojciech}
        enligt {nguyễn}
        granne {pirkko}",
    );
}

#[test]
fn names_that_are_words_told_by_their_sentence() {
    all_go(
        "Inget ljus. {Lisa} och grannen har samma problem
        {Jan} tycker att det är för segt
        granne {rasmus hall} har samma fel
        {karl björk} ringer och säger att nätet är nere
        LOS SEDAN I MÅNDAGS. KUND {RASMUS HALL} RINGER IGEN.
        pratat med {tim} igår, allt ok nu
        {Inga}, {Leo} samt {Kamran} är behöriga
        Knacka på hos {Spets} istället
        {korp} en trappa upp klagar på samma sak
        Paret {strand} i gaveln har internet
        Stavas M - a - r - s, alltså {bill mars}, inte Marrs
        jag heter jerker som i {e-k-l-ö-f}.
        good morning, this is {chase isacson} from the flat above
        JAG HETER {EMIR KOS}! HAR BOTT HÄR I 30 ÅR
        Namn: {Thierry von Platen}. Ring innan
        nyckel som {hans-olof} i kiosken har
        Spare key: with {Storm S. Henriksson} across the hall",
    );
}

#[test]
fn letters_of_who_did_something() {
    all_go(
        "Se anteckning; {BL}/{TL} har attesterat. Ringt igen
        Tek.rapport/{kk}/den 12 september: bytt SFP
        Kort notis. {ÄG}. Klart nu
        Ärendet pausat, väntar på {A-K Berg}.
        mvh{K.H.} igen
        has been there.\nsigned {HZ}",
    );
}

#[test]
fn addresses_in_all_their_wording() {
    all_go(
        "gäller {Fröken Lunds stig 31}, ring innan
        Faktura till {Vid Ån 36 C våning 8}; tack
        granne på {Stora Mon 6:73} tillåter schakt
        PIRJO PITKÄNEN, {LAGERHUSET 150}, HAR OCKSÅ PROBLEM.
        vi goes to {lilla bommen 175 c}, och sen hem
        slutkund huynh ({hjorten 7:34}), arrendator saknas
        granne har samma på {Sockerbruket 51 C}, ring",
    );
}

#[test]
fn codes_behind_what_they_are_for() {
    all_go(
        "Lösen på ny FRITZ!Box 5530: {Sigge semla 52}
        SSID Hemma_5G / hockeyrör; gäst: 61176795; admin: {sigge doris havregryn}
        nytt nätnamn Hemma_5G. lösen {en ko i mossen 55}. skicka
        kod {6122*} och sen {0165/0299} på innerdörren
        neighbour has my key. her door {AB83}.
        Wifi key is {correct horse battery} according to the son
        för att komma in: {53 99}",
    );
}

#[test]
fn dates_of_birth_and_numbers_in_odd_spellings() {
    all_go(
        "hans dotter, {24/3-40}, svarar
        ring {070-1-7-4-0-6-1-7} sen
        Ring på ({070}) {l74 06 20} innan
        tfn arb {031-390 06 03 vx ankn 699}",
    );
}

#[test]
fn years_of_birth_parts_of_a_mac_and_initials() {
    all_go(
        "född {-58}
        f. {-58}
        född {58}
        mac slutar på {53:C2}
        {M.H.} återkommer",
    );
}

#[test]
fn technical_lines_stay() {
    for text in [
        "port 4711 är nere",
        "port 7 på switchen",
        "felkod 4711",
        "wifi fungerar inte",
        "Lösenord bytt av kunden",
        "tryck på reset i 10 sekunder",
        "entré plan 2",
        "byt till kanal 11",
        "bytte till port 3",
        "port: gpon-olt_1/7/7:16",
        "password not accepted",
        "stream ms 12, downstairs and downstream, nätstörning",
        "gw 192.168.1.1, olt 10.20.30.40, cgnat 100.64.0.9, dns 1.1.1.1",
        "port disabled, diagnostics ok, add vlan 12",
        // Who does something is nobody's family name.
        "montören ringer innan, kunden ser inget i loggen",
        "Störning i Dammen sedan 2025w37, klart 21h09, nytt 5-feb-2026",
        "SNMPv3 på, SIP 408 error, nod U2000",
        "dist-sw-12 larmar",
        "speed 934/921 mot https://speed.example.net?",
        "fault code 0x88, d-link dir-x3260",
        "linjekort 3 i kassett 7",
        "Bindning t.o.m. v 49",
        "WAN ok, Felkod 691 vid inloggning",
        "itne klart än, tiill fredag",
    ] {
        assert_eq!(redact(text, &Vocabulary::new()).text(), text);
    }
}

proptest! {
    #[test]
    fn a_code_beside_a_door_goes(
        thing in prop::sample::select(vec!["porten", "entrén", "garaget", "nyckelskåpet", "gate", "lockbox"]),
        joint in prop::sample::select(vec![" ", ": ", " = ", " kod "]),
        code in "[0-9]{4,6}[#*]?",
    ) {
        let text = format!("Kunden hemma efter tre, {thing}{joint}{code}");
        let redacted = redact(&text, &Vocabulary::new());
        prop_assert!(!redacted.text().contains(code.trim_end_matches(['#', '*'])), "{}", redacted.text());
    }
}
