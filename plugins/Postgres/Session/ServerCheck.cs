using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>Checks the server's certificate, and remembers which check failed, which an exception of TLS does not tell.</summary>
/// <param name="host">The name that it must be for.</param>
/// <param name="authorities">Who may have signed it; null for the system's.</param>
/// <param name="time">The clock by which it is valid.</param>
internal sealed class ServerCheck(string host, X509Certificate2Collection? authorities, TimeProvider time)
{
    private static readonly Oid s_serverAuthentication = new("1.3.6.1.5.5.7.3.1");

    /// <summary>What is wrong with the certificate; null when nothing is, or none was seen.</summary>
    public string? Problem { get; private set; }

    public void Use(SslClientAuthenticationOptions tls)
    {
        tls.TargetHost = host;
        tls.EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        tls.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => (Problem = Check(certificate, chain, errors)) is null;
    }

    private string? Check(X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is null) return "the server has no certificate";
        using var own = new X509Certificate2(certificate);
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return $"the certificate \"{own.Subject}\" is not for \"{host}\"";
        using var chain = new X509Chain();
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(s_serverAuthentication);
        if (sent is not null) chain.ChainPolicy.ExtraStore.AddRange(sent.ChainElements.Select(e => e.Certificate).ToArray());
        if (authorities is not null)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return chain.Build(own) ? null : $"the certificate \"{own.Subject}\" {Describe(own, chain)}";
    }

    private static string Describe(X509Certificate2 own, X509Chain chain)
    {
        var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        const X509ChainStatusFlags Foreign =
            X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid;
        if ((status & Foreign) != 0)
            return $"is signed by \"{own.Issuer}\", which is not trusted";
        return status.HasFlag(X509ChainStatusFlags.NotTimeValid)
            ? $"is valid from {own.NotBefore.ToUniversalTime():u} to {own.NotAfter.ToUniversalTime():u}, which is not now"
            : string.Join("; ", chain.ChainStatus.Select(s => s.StatusInformation));
    }
}
