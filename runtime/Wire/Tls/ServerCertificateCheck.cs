using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PlantRuntime.Wire.Tls;

/// <summary>
/// Checks a server's certificate: it names the host, is valid by the given clock, is meant for servers, and was issued by an authority of
/// the CA file or, without one, of the system. Revocation is not checked, because a plant's network mostly cannot reach the revocation
/// lists. <see cref="TlsClientSettings"/> owns it; immutable, any thread.
/// </summary>
/// <param name="caFile">Path of the CA file, for the error text; null for the system's authorities.</param>
/// <param name="authorities">Certificates of the CA file, roots and intermediates; null for the system's authorities.</param>
/// <param name="time">The clock of the validity check.</param>
internal sealed class ServerCertificateCheck(string? caFile, X509Certificate2Collection? authorities, TimeProvider time)
{
    // A client's certificate from the same CA must not pass for a server's (RFC 5280, 4.2.1.12: id-kp-serverAuth).
    private static readonly Oid s_serverAuthentication = new("1.3.6.1.5.5.7.3.1");

    /// <summary>True if the issuer of the certificate is its own subject.</summary>
    public static bool IsRoot(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    /// <summary>Called by SslStream during the handshake, before anything else is sent.</summary>
    /// <returns>True if the certificate is accepted.</returns>
    /// <exception cref="AuthenticationException">It is refused. The message names every failed check; SslStream's own does not.</exception>
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is null) throw new AuthenticationException("the server showed no certificate");
        using var own = new X509Certificate2(certificate);
        var faults = new List<string>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            faults.Add($"it is made out to {NamesOf(own)}, not to {(sender as SslStream)?.TargetHostName}");
        using var chain = CreateChain(sent);
        if (!chain.Build(own)) faults.AddRange(Describe(own, chain));
        return faults.Count == 0
            ? true
            : throw new AuthenticationException($"the server's certificate \"{own.Subject}\" is refused: {string.Join(", and ", faults)}");
    }

    private X509Chain CreateChain(X509Chain? sent)
    {
        var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.VerificationTime = time.GetUtcNow().UtcDateTime;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.ApplicationPolicy.Add(s_serverAuthentication);
        if (sent is not null) policy.ExtraStore.AddRange(sent.ChainElements.Select(e => e.Certificate).ToArray());
        if (authorities is null) return chain;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        foreach (var authority in authorities) (IsRoot(authority) ? policy.CustomTrustStore : policy.ExtraStore).Add(authority);
        return chain;
    }

    private IEnumerable<string> Describe(X509Certificate2 own, X509Chain chain)
    {
        const X509ChainStatusFlags Untrusted =
            X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid;
        var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        if (status.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            yield return $"it is valid from {own.NotBefore.ToUniversalTime():u} to {own.NotAfter.ToUniversalTime():u} (or its CA is not), "
                + $"and now is {time.GetUtcNow():u}";
        }

        if ((status & Untrusted) != 0)
        {
            var trusted = caFile is null ? "a CA that this system trusts (see tls.ca)" : $"the CA in {caFile}";
            yield return $"it does not come from {trusted} but from {own.Issuer}";
        }

        if ((status & ~(Untrusted | X509ChainStatusFlags.NotTimeValid)) != 0)
            yield return string.Join("; ", chain.ChainStatus.Select(s => s.StatusInformation).Where(s => s.Length > 0));
    }

    private static string NamesOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(san => san.EnumerateDnsNames().Concat(san.EnumerateIPAddresses().Select(ip => ip.ToString()))).ToArray();
        return names.Length > 0 ? string.Join(", ", names) : "no name (it has no subject alternative name)";
    }
}
