"""Where facts come from: a Protocol and its adapters. The only room that speaks SQL, SOAP and HTTP."""
