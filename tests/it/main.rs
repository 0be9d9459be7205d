
mod soap;
