using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PlantRuntime.OpcUa.Tests.Testing;

/// <summary>An authority that issues certificates with one thing wrong.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset s_from = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Making keys is slow, and which key a certificate has does not matter to most tests.
    private static readonly RSA s_authorityKey = RSA.Create(2048);
    private static readonly RSA s_impostorKey = RSA.Create(2048);
    private static readonly RSA s_serverKey = RSA.Create(2048);

    private readonly RSA _key;
    private readonly List<IDisposable> _issued = [];

    public TestAuthority(DateTimeOffset? to = null, bool isImpostor = false)
    {
        _key = isImpostor ? s_impostorKey : s_authorityKey;
        var request = new CertificateRequest("CN=Plant CA", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Certificate = request.CreateSelfSigned(s_from, to ?? s_from.AddYears(5));
    }

    public X509Certificate2 Certificate { get; }

    /// <summary>A server's certificate; without parameters a good one.</summary>
    public X509Certificate2 Server(
        string host = "plc1", string uri = "urn:plc1", int keyBits = 2048, DateTimeOffset? to = null, DateTimeOffset? from = null,
        X509KeyUsageFlags? usage = null, string purpose = "1.3.6.1.5.5.7.3.1", bool isSelfSigned = false, HashAlgorithmName? hash = null)
    {
        var key = keyBits == 2048 ? s_serverKey : RSA.Create(keyBits);
        var request = new CertificateRequest("CN=Server", key, hash ?? HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(uri));
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            usage ?? X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.DataEncipherment, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        var (begin, end) = (from ?? s_from, to ?? s_from.AddYears(2));
        var serial = new byte[] { 1, 2, (byte)_issued.Count };
        var certificate = isSelfSigned ? request.CreateSelfSigned(begin, end) : request.Create(Certificate, begin, end, serial);
        if (key != s_serverKey) _issued.Add(key);
        _issued.Add(certificate);
        return certificate;
    }

    /// <summary>A revocation list with these certificates.</summary>
    public byte[] RevocationList(DateTimeOffset? nextUpdate = null, params X509Certificate2[] revoked)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var certificate in revoked) builder.AddEntry(certificate.SerialNumberBytes.Span, s_from);
        return builder.Build(Certificate, 1, nextUpdate ?? s_from.AddYears(2), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1, s_from);
    }

    public void Dispose()
    {
        foreach (var one in _issued) one.Dispose();
        Certificate.Dispose();
    }
}
