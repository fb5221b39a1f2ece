"""KBO and the registers of persons over MAGDA's SOAP services: GeefOnderneming, GeefFuncties and GeefPersoon."""
