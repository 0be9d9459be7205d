//! sluss: the lock between an internet provider's customer register and the city networks.
//!
//! An order or a fault report enters with everything the provider knows about a customer. What
//! leaves towards the network operator is the least that lets it deliver or repair, and each
//! disclosure is written down, before it happens, in a log that an auditor can verify without us.
//!
//! The modules stand in the order in which a case passes them; each uses only what stands above it:
//!
//! ```text
//!  intake ───► minimise ───► record ───► transmit ───► settle
//!  TMF641      policy +      Merkle      dialect +     outcome leaf,
//!  TMF621      guard         log         operator      next state
//! ```
//!
//! One type per step, each made only by the step before it: [`domain::Case`],
//! [`minimise::Minimised`], [`record::Recorded`], [`transmit::Transmitted`], [`settle::Settled`].

// The ground.
pub mod crash;
pub mod domain;
pub mod table;
pub mod telemetry;
pub mod tls;

// Where a delivery point is, and which one somebody means.
pub mod address;
pub mod guard;
pub mod log;

// What is counted, and what of it stands out.
pub mod tally;

// Who may do what at the door.
pub mod auth;

// Who may receive, and in whose words.
pub mod dialects;
pub mod recipients;

// Reads the log back: what an auditor holds it to.
pub mod audit;

// The journey, and what is kept on the way.
pub mod intake;
pub mod minimise;
// TM Forum's words for what is kept.
pub mod tmf;

pub mod store;

pub mod record;

pub mod transmit;

pub mod settle;

// The journey that an operator begins: it asks, and is answered.
pub mod pulls;

// What people at a desk do.
pub mod desk;

// What an auditor takes along.
pub mod export;
// Who else vouches for the log.
pub mod witness;
// What the person concerned is told.
pub mod subject;

// What auditors do with the log.
pub mod inspection;

// Who is told of what has become of orders.
pub mod notify;

// What those who look after it all are shown.
pub mod overview;

// The shells.
pub mod config;
pub mod gate;
// What people see of it, at a browser.
pub mod pages;

pub mod http;
pub mod sandbox;
pub mod worker;

pub mod commands;
pub mod demo;
