"""Salt extension: the certificate trouble of vSphere IOFilter storage providers."""
