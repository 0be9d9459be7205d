//! sluss: the lock between a provider's customer register and the city networks.
pub mod dialects;
pub mod domain;
pub mod intake;
pub mod minimise;
