using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlantRuntime.Conformance;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>A CA and what it signs, as PEM files in a folder.</summary>
internal sealed class Certificates : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly TemporaryFolder _folder;
    private readonly X509Certificate2 _ca;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private byte _serial;

    public Certificates(TemporaryFolder folder, string name)
    {
        _folder = folder;
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _ca = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-2), DateTimeOffset.UtcNow.AddYears(2));
        File.WriteAllText(CaFile = folder.Of($"{name}.crt"), _ca.ExportCertificatePem());
    }

    public string CaFile { get; }

    /// <summary>A certificate for a broker of this name, or for a client; valid from a year ago until so many days from now.</summary>
    public (string Cert, string Key) Issue(string name, bool isServer = true, int days = 100)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(isServer ? ServerUse : ClientUse)], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_ca, DateTimeOffset.UtcNow.AddYears(-1), DateTimeOffset.UtcNow.AddDays(days), [++_serial]);
        var (cert, keyFile) = (_folder.Of($"{name}-{_serial}.crt"), _folder.Of($"{name}-{_serial}.key"));
        File.WriteAllText(cert, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (cert, keyFile);
    }

    public void Dispose()
    {
        _ca.Dispose();
        _key.Dispose();
    }
}
