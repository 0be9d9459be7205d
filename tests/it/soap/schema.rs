//! Schema, fixtures and WSDL say the same.

use std::path::PathBuf;
use std::process::{Command, Output};

use sluss::dialects::Dialect;
use sluss::dialects::soap::Soap;
use sluss::dialects::soap::security::security_header;
use sluss::domain::Act;

use super::{fixture, operator, root, sought};

#[test]
fn every_fixture_is_valid() {
    let folder = root().join("fixtures/dialects/soap");
    let files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("can be listed").path())
        .collect();
    assert!(files.len() >= 28);
    valid(&files);
}

#[test]
fn what_is_asked_is_valid_with_credentials_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let header = security_header("profitbyte", "<&\">' å\r");
    let mut files = Vec::new();
    for (index, query) in [
        Soap.find(&sought(Act::Terminate)),
        Soap.find(&sought(Act::Report)),
        Soap.follow(Act::Activate, &operator("A_b#1.2-3")),
        Soap.follow(Act::Report, &operator("TT-000007")),
        Soap.feed(None).expect("there is a feed"),
    ]
    .iter()
    .enumerate()
    {
        let request = query.request();
        let offset = request.security_offset.expect("there is a header");
        let mut body = request.body.clone();
        body.splice(offset..offset, header.bytes());
        let file = folder.path().join(format!("{index}.xml"));
        std::fs::write(&file, body).expect("can be written");
        files.push(file);
    }
    valid(&files);
}

#[test]
fn the_schema_turns_down_what_it_should() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, change) in [
        ("place-order-activate.xml", ("ACTIVATE", "UPGRADE")),
        ("place-order-activate.xml", ("<Reference>", "<Personnummer/><Reference>")),
        ("place-order-activate.xml", ("</VisitWindow>", "</VisitWindow><DoorCode>4711</DoorCode>")),
        ("place-order-activate.xml", ("+46701740605", "070-1740605")),
        ("place-order-activate.xml", ("<AccessId>STTA0001</AccessId>", "<AccessId>Å</AccessId>")),
        ("report-fault.xml", ("<ProblemType>NO_LINK</ProblemType>", "")),
        ("report-fault.xml", ("urn:sluss:operator:1", "urn:sluss:operator:2")),
        ("fault-busy.xml", (">30<", ">86401<")),
    ] {
        let file = folder.path().join("bad.xml");
        std::fs::write(&file, fixture(name, &[change])).expect("can be written");
        let output = xmllint(&[file]);
        // 3: read, and not valid. Anything else would be another trouble than the one sought.
        assert_eq!(output.status.code(), Some(3), "{name} {change:?}");
    }
}

/// The WSDL has the operations of the schema, and no others.
#[test]
fn the_wsdl_names_every_operation_of_the_schema() {
    let folder = root().join("schemas/soap");
    let read = |name| std::fs::read_to_string(folder.join(name)).expect("the file is there");
    let (schema, wsdl) = (read("sluss-operator-1.xsd"), read("sluss-operator-1.wsdl"));
    let elements: Vec<&str> = schema
        .lines()
        .filter_map(|line| line.strip_prefix("  <xs:element name=\"")?.split('"').next())
        .collect();
    assert_eq!(elements.len(), 21);
    for element in &elements {
        assert!(wsdl.contains(&format!("element=\"op:{element}\"")), "{element}");
        if !element.ends_with("Response") && *element != "OperatorFault" {
            assert!(wsdl.contains(&format!("soapAction=\"urn:sluss:operator:1#{element}\"")));
        }
    }
    assert_eq!(wsdl.matches("element=\"op:").count(), elements.len());
    let output = Command::new("xmllint")
        .args(["--nonet", "--noout"])
        .arg(folder.join("sluss-operator-1.wsdl"))
        .output()
        .expect(NO_XMLLINT);
    assert!(output.status.success());
}

const NO_XMLLINT: &str = "xmllint is there: install the package libxml2-utils";

#[track_caller]
fn valid(files: &[PathBuf]) {
    let output = xmllint(files);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn xmllint(files: &[PathBuf]) -> Output {
    Command::new("xmllint")
        .args(["--nonet", "--noout", "--schema"])
        .arg(root().join("schemas/soap/soap-envelope-1.1.xsd"))
        .args(files)
        .output()
        .expect(NO_XMLLINT)
}
