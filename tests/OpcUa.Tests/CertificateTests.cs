using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlantRuntime.Conformance.Time;
using PlantRuntime.OpcUa.Tests.Testing;
using PlantRuntime.Plugins.OpcUa.Security;

namespace PlantRuntime.OpcUa.Tests;

/// <summary>Each check of a server's certificate fails alone, and the refusal says which.</summary>
public sealed class CertificateTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 30, 0, 0, 0, TimeSpan.Zero);

    private readonly Site _site = new();
    private readonly TestAuthority _authority = new();
    private readonly CertificateStore _store;

    public CertificateTests()
    {
        _store = new CertificateStore(_site.Pki);
        _store.CreateFolders();
    }

    public void Dispose()
    {
        _authority.Dispose();
        _site.Dispose();
    }

    [Fact]
    public void A_trusted_certificate_is_accepted()
    {
        var server = _authority.Server(isSelfSigned: true);
        _store.Trust(server);
        Validate(server);
    }

    [Fact]
    public void A_certificate_of_a_trusted_authority_is_accepted()
    {
        TrustAuthority();
        Validate(_authority.Server());
    }

    [Fact]
    public void An_unknown_one_is_refused_and_kept()
        => Refused(_authority.Server(isSelfSigned: true), "BadCertificateUntrusted", "plant trust site device", isKept: true);

    [Fact]
    public void An_expired_one_is_refused()
    {
        TrustAuthority();
        Refused(_authority.Server(to: s_now.AddDays(-1)), "BadCertificateTimeInvalid",
            "valid from 2026-01-01 00:00 UTC to 2026-11-29 00:00 UTC, and the clock of this computer says 2026-11-30");
        Refused(_authority.Server(from: s_now.AddDays(1)), "BadCertificateTimeInvalid", "check the clock");
    }

    [Fact]
    public void One_for_another_host_is_refused()
    {
        TrustAuthority();
        Refused(_authority.Server(host: "plc2"), "BadCertificateHostNameInvalid", "it is for plc2, not for 'plc1'");
    }

    [Fact]
    public void One_for_another_application_is_refused()
    {
        TrustAuthority();
        Refused(_authority.Server(uri: "urn:other"), "BadCertificateUriInvalid", "'urn:other'");
    }

    [Fact]
    public void A_revoked_one_is_refused()
    {
        var server = _authority.Server();
        TrustAuthority(server);
        Refused(server, "BadCertificateRevoked", "revoked");
    }

    [Fact]
    public void A_missing_or_old_revocation_list_is_no_permission()
    {
        Trust(_authority.Certificate);
        Refused(_authority.Server(), "BadCertificateRevocationUnknown", "is missing");
        File.WriteAllBytes(Path.Combine(_site.Pki, "issuer", "crl", "old.crl"), _authority.RevocationList(s_now.AddDays(-2)));
        Refused(_authority.Server(), "BadCertificateRevocationUnknown", "was due for renewal on 2026-11-28");
    }

    [Fact]
    public void A_list_of_another_authority_with_the_same_name_does_not_count()
    {
        Trust(_authority.Certificate);
        using var impostor = new TestAuthority(isImpostor: true);
        File.WriteAllBytes(Path.Combine(_site.Pki, "trusted", "crl", "a.crl"), impostor.RevocationList());
        Refused(_authority.Server(), "BadCertificateRevocationUnknown", "is missing");
    }

    [Fact]
    public void A_weak_key_is_refused()
    {
        var weak = _authority.Server(keyBits: 1024, isSelfSigned: true);
        Trust(weak);
        Refused(weak, "BadCertificatePolicyCheckFailed", "1024 bits");
    }

    [Fact]
    public void A_wrong_usage_is_refused()
    {
        TrustAuthority();
        Refused(_authority.Server(usage: X509KeyUsageFlags.CrlSign), "BadCertificateUseNotAllowed", "CrlSign");
        Refused(_authority.Server(purpose: "1.3.6.1.5.5.7.3.4"), "BadCertificateUseNotAllowed", "server authentication");
    }

    [Fact]
    public void An_altered_one_is_refused()
    {
        TrustAuthority();
        var bytes = _authority.Server().RawData;
        bytes[^5] ^= 1;
        Refused(X509CertificateLoader.LoadCertificate(bytes), "BadCertificateInvalid", "altered");
    }

    [Fact]
    public void An_issuer_that_is_no_authority_is_refused()
    {
        var server = _authority.Server();
        Trust(_authority.Certificate);
        using var impostor = new TestAuthority(isImpostor: true);
        Refused(impostor.Server(), "BadCertificateInvalid", "not its issuer's");
        _ = server;
    }

    [Fact]
    public void An_issuer_that_is_missing_is_named()
    {
        var server = _authority.Server();
        _store.Trust(server);
        Refused(server, "BadCertificateChainIncomplete", "CN=Plant CA");
    }

    [Fact]
    public void An_expired_issuer_is_refused()
    {
        using var old = new TestAuthority(s_now.AddDays(-1));
        Trust(old.Certificate);
        var server = old.Server(to: s_now.AddDays(-2));
        Refused(server, "BadCertificateTimeInvalid", "renew");
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public void A_server_on_this_computer_may_name_it_in_any_way(string host)
    {
        var server = _authority.Server(host: System.Net.Dns.GetHostName(), isSelfSigned: true);
        _store.Trust(server);
        Validate(server, host);
    }

    [Fact]
    public void Expiry_is_announced_thirty_days_ahead()
    {
        Assert.Null(ApplicationCertificate.ExpiryWarning(_authority.Server(to: s_now.AddDays(31)), "the server's", s_now));
        Assert.Equal("the server's certificate expires on 2026-12-20, in 20 days: renew it before",
            ApplicationCertificate.ExpiryWarning(_authority.Server(to: s_now.AddDays(20)), "the server's", s_now));
        Assert.Equal("the server's certificate expired on 2026-11-29",
            ApplicationCertificate.ExpiryWarning(_authority.Server(to: s_now.AddDays(-1)), "the server's", s_now));
    }

    [Fact]
    public void Derived_keys_are_those_of_the_published_test_vector()
    {
        // P_SHA256 as in the IETF TLS list's vector for the TLS 1.2 PRF, with label and seed as one seed.
        var secret = Convert.FromHexString("9BBE436BA940F017B17652849A71DB35");
        byte[] seed = [.. "test label"u8, .. Convert.FromHexString("A0BA9F936CDA311827A6F796FFD5198C")];
        Assert.StartsWith("E3F229BA727BE17B8D122620557CD453C2AAB21D07C3D495329B52D4E61EDB5A",
            Convert.ToHexString(SymmetricKeys.DeriveSha256(secret, seed, 100)), StringComparison.Ordinal);
    }

    [Fact]
    public void Chunks_are_encrypted_each_from_the_beginning()
    {
        // Each chunk begins with the same initialization vector: the second must equal what a fresh AES gives.
        var (secret, seed) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32));
        var bytes = SymmetricKeys.DeriveSha256(secret, seed, 80);
        using var aes = Aes.Create();
        aes.Key = bytes[32..64];
        using var sender = new SymmetricKeys(SecurityPolicy.Basic256Sha256, secret, seed, encrypts: true);
        using var receiver = new SymmetricKeys(SecurityPolicy.Basic256Sha256, secret, seed, encrypts: false);
        for (var chunk = 0; chunk < 4; chunk++)
        {
            var plain = RandomNumberGenerator.GetBytes(16 * (chunk + 1));
            var expected = aes.EncryptCbc(plain, bytes[64..], PaddingMode.None);
            var actual = plain.ToArray();
            sender.Transform(actual, 0, actual.Length);
            Assert.Equal(expected, actual);
            receiver.Transform(actual, 0, actual.Length);
            Assert.Equal(plain, actual);
        }
    }

    private void Trust(X509Certificate2 certificate) => _store.Trust(certificate);

    private void TrustAuthority(params X509Certificate2[] revoked)
    {
        Trust(_authority.Certificate);
        File.WriteAllBytes(Path.Combine(_site.Pki, "trusted", "crl", "ca.crl"), _authority.RevocationList(null, revoked));
    }

    private void Validate(X509Certificate2 server, string host = "plc1") =>
        new CertificateValidator(_store, "plant trust site device", new ManualTimeProvider(s_now)).Validate([server], "urn:plc1", host,
            SecurityPolicy.Basic256Sha256);

    private void Refused(X509Certificate2 server, string status, string reason, bool isKept = false)
    {
        var refused = Assert.Throws<CertificateException>(() => Validate(server));
        Assert.EndsWith($"({status})", refused.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Equal(isKept ? 1 : 0, CertificateStore.Certificates(_store.RejectedFolder).Count);
    }
}
