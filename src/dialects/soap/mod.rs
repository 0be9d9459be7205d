//! stub
use super::*;
/// stub
pub struct Soap;
impl Dialect for Soap {
    fn name(&self) -> &'static str { "soap" }
    fn carries(&self, _p: Purpose) -> &'static [Field] { &[] }
    fn encode(&self, _m: &Minimised<'_>) -> Result<Message, EncodeError> { Err(EncodeError::Purpose(Purpose::Activate)) }
    fn decode(&self, _p: Purpose, _a: &Answer) -> Verdict { Verdict::Unclear }
    fn find(&self, _s: &Sought) -> Query { unimplemented!() }
    fn found(&self, _s: &Sought, _a: &Answer) -> Finding { Finding::Unclear }
    fn follow(&self, _p: Purpose, _r: &OperatorReference) -> Query { unimplemented!() }
    fn followed(&self, _p: Purpose, _a: &Answer) -> Progress { Progress::Unclear }
    fn feed(&self, _s: Option<&str>) -> Option<Query> { None }
    fn fed(&self, _a: &Answer) -> Option<Vec<FeedEvent>> { None }
    fn id_members(&self) -> &'static [&'static str] { &[] }
}
