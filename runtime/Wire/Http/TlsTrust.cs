using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PlantRuntime.Wire.Http;

/// <summary>
/// How a TLS client trusts: 1.2 or later, the chain up to the system's authorities or to those of one file, and the host name always.
/// </summary>
public static class TlsTrust
{
    /// <param name="caFile">Absolute path of the trusted authorities' certificates (PEM), or null for the system's.</param>
    /// <exception cref="LinkException">The file cannot be read or holds no certificate.</exception>
    public static SslClientAuthenticationOptions Create(string? caFile)
    {
        var options = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => CertificateFault.Check(certificate, chain, errors),
        };
        if (caFile is not null) options.CertificateChainPolicy = Policy(caFile);
        return options;
    }

    private static X509ChainPolicy Policy(string caFile)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        foreach (var certificate in Read(caFile))
        {
            var isRoot = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
            (isRoot ? policy.CustomTrustStore : policy.ExtraStore).Add(certificate);
        }

        if (policy.CustomTrustStore.Count > 0) return policy;
        throw new LinkException($"{caFile} holds no root certificate: append the one that issued \"{policy.ExtraStore[0].Subject}\"");
    }

    private static X509Certificate2Collection Read(string caFile)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(caFile);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new LinkException($"the certificates of {caFile} cannot be read: {failure.Message}", failure);
        }

        if (certificates.Count > 0) return certificates;
        throw new LinkException($"{caFile} holds no certificate; expected PEM, \"-----BEGIN CERTIFICATE-----\"");
    }
}
