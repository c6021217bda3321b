using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PlantRuntime.Conformance.Peers;

/// <summary>A certificate authority, valid from 2001 to 2099, that writes itself and what it issues as PEM files into a folder.</summary>
public sealed class CertificateAuthority : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";
    private static readonly DateTimeOffset s_from = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_until = new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder;
    private readonly X509Certificate2 _certificate;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private byte _serial;

    /// <summary>Creates the authority "CN=name" and writes its certificate to name.crt.</summary>
    public CertificateAuthority(TemporaryFolder folder, string name)
    {
        _folder = folder;
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _certificate = request.CreateSelfSigned(s_from, s_until);
        File.WriteAllText(CaFile = folder.Of($"{name}.crt"), _certificate.ExportCertificatePem());
    }

    /// <summary>The file with the authority's certificate.</summary>
    public string CaFile { get; }

    /// <summary>Issues a certificate that is restricted to servers or to clients, valid until so many days from now.</summary>
    /// <returns>The files with the certificate and its key.</returns>
    public (string Cert, string Key) Issue(string name, bool isServer = true, int days = 100) =>
        Issue(name, DateTimeOffset.UtcNow.AddDays(days), isServer ? ServerUse : ClientUse);

    /// <summary>Issues a certificate for any use, valid until then.</summary>
    /// <returns>The files with the certificate and its key.</returns>
    public (string Cert, string Key) IssueUntil(DateTimeOffset until, string name) => Issue(name, until, use: null);

    /// <summary>Issues a certificate for any use and loads it with its key, for a server inside the test's process.</summary>
    public X509Certificate2 IssueLoaded(string name, DateTimeOffset? until = null)
    {
        var (cert, key) = IssueUntil(until ?? s_until, name);
        return X509Certificate2.CreateFromPemFile(cert, key);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    private (string Cert, string Key) Issue(string name, DateTimeOffset until, string? use)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        if (use is not null) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_certificate, s_from, until, [++_serial]);
        var (cert, keyFile) = (_folder.Of($"{name}-{_serial}.crt"), _folder.Of($"{name}-{_serial}.key"));
        File.WriteAllText(cert, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (cert, keyFile);
    }
}
