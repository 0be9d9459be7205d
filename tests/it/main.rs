mod soap;
