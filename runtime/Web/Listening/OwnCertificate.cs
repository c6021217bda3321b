using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Storage;
using PlantRuntime.Web.Access.Users;

namespace PlantRuntime.Web.Listening;

/// <summary>
/// Creates the certificate of a site that has none: self-signed, ECDSA P-256, for two years, in <c>data/web/certificate.pem</c> and
/// <c>data/web/key.pem</c>. Keeps no state; does blocking disk I/O.
/// </summary>
/// <param name="siteFolder">Absolute path of the site's folder.</param>
/// <param name="web">Address and names of the server.</param>
internal sealed class OwnCertificate(string siteFolder, WebOptions web)
{
    private const int Years = 2;
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string _folder = Path.Combine(SiteFolders.Data(siteFolder), "web");

    /// <summary>The files, certificate first.</summary>
    public IReadOnlyList<string> Paths => [Path.Combine(_folder, "certificate.pem"), Path.Combine(_folder, "key.pem")];

    /// <summary>Returns true if the files hold a certificate with its key.</summary>
    public bool IsUsable()
    {
        try
        {
            foreach (var certificate in PemFiles.Read(Paths)) certificate.Dispose();
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Creates key and certificate, in place of those that are there.</summary>
    /// <param name="now">The wall clock.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not write the folder.</exception>
    public void Create(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Dns.GetHostName()}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        request.CertificateExtensions.Add(Names());
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(Years));
        Directory.CreateDirectory(Path.GetDirectoryName(_folder)!);
        PrivateFolder.Create(_folder);
        AtomicFile.Write(Paths[1], Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"), _folder, OwnerOnly);
        AtomicFile.Write(Paths[0], Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"), _folder);
    }

    private X509Extension Names()
    {
        var names = new SubjectAlternativeNameBuilder();
        var hosts = web.Hosts.Where(h => !IPAddress.TryParse(h, out _));
        foreach (var name in new[] { "localhost", Dns.GetHostName() }.Concat(hosts).Distinct()) names.AddDnsName(name);
        foreach (var address in Addresses().Concat([IPAddress.Loopback, IPAddress.IPv6Loopback]).Distinct()) names.AddIpAddress(address);
        return names.Build();
    }

    private IEnumerable<IPAddress> Addresses()
    {
        var listen = web.Address!.Address;
        var own = listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any)
            ? NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => a.Address)
                .Where(a => a.AddressFamily == AddressFamily.InterNetwork || !a.IsIPv6LinkLocal)
            : [listen];
        return own.Concat(web.Hosts.Select(h => IPAddress.TryParse(h, out var address) ? address : null).OfType<IPAddress>());
    }
}
