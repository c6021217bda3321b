using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlantRuntime.Conformance.Sinks;

namespace PlantRuntime.Postgres.Tests;

/// <summary>An authority and what it signs, made for one test.</summary>
public sealed class Certificates : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;

    public Certificates()
    {
        var request = new CertificateRequest("CN=Test authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(Batches.Start.AddYears(-2), Batches.Start.AddYears(2));
    }

    public string AuthorityPem => _authority.ExportCertificatePem();

    /// <summary>A server's certificate and key in PEM.</summary>
    public (string Certificate, string Key) Server(string name, DateTime until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_authority, Batches.Start.AddYears(-1), until, [1, 2, 3]);
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
    }
}
