// A vCenter that others wrote: govmomi's simulator behind TLS, for our client to be judged against.
//
// It prints one JSON line when it listens, and runs until its standard input ends, so that it never outlives its test.
// It builds from Debian's packages golang-go and golang-github-vmware-govmomi-dev, without any network; see build.sh.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"flag"
	"io"
	"log"
	"math/big"
	"net"
	"net/url"
	"os"
	"time"

	"github.com/vmware/govmomi/simulator"
	_ "github.com/vmware/govmomi/vapi/simulator" // serves the REST API beside SOAP
)

// Ready is the line that says how to get in.
type Ready struct {
	Authority  string `json:"authority"`
	Thumbprint string `json:"thumbprint"` // SHA-256 of the certificate, as its issuer is nobody's
	Hosts      int    `json:"hosts"`
}

func main() {
	user := flag.String("user", "administrator@vsphere.local", "who may log in")
	password := flag.String("password", "", "her password; without one nobody may")
	clusters := flag.Int("clusters", 2, "clusters")
	hosts := flag.Int("hosts", 3, "ESXi hosts in each cluster")
	flag.Parse()
	if *password == "" {
		log.Fatal("give -password")
	}

	model := simulator.VPX()
	model.Cluster, model.ClusterHost, model.Host = *clusters, *hosts, 1 // and one host without a cluster
	defer model.Remove()
	if err := model.Create(); err != nil {
		log.Fatal(err)
	}
	model.Service.TLS = &tls.Config{Certificates: []tls.Certificate{certificate()}}
	model.Service.RegisterEndpoints = true
	model.Service.Listen = &url.URL{Host: "127.0.0.1:0", User: url.UserPassword(*user, *password)}
	server := model.Service.NewServer()
	defer server.Close()

	thumbprint := sha256.Sum256(server.Certificate().Raw)
	count := model.Count()
	ready := Ready{server.URL.Host, hex.EncodeToString(thumbprint[:]), count.Host}
	if err := json.NewEncoder(os.Stdout).Encode(ready); err != nil {
		log.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// certificate is one for 127.0.0.1. govmomi's own has an RSA key of 1024 bits, whose signatures our TLS library refuses.
func certificate() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotAfter:     time.Now().Add(24 * time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		log.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
