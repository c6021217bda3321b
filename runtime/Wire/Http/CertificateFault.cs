using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace PlantRuntime.Wire.Http;

/// <summary>Says which check of a certificate failed, where the framework says only that one did.</summary>
internal static class CertificateFault
{
    /// <returns>True when nothing is wrong.</returns>
    /// <exception cref="AuthenticationException">The certificate is not to be trusted; it says why.</exception>
    public static bool Check(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        errors == SslPolicyErrors.None ? true : throw new AuthenticationException(Describe(certificate as X509Certificate2, chain, errors));

    private static string Describe(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null) return "the server showed no certificate";
        var faults = new List<string>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            faults.Add($"it is not for this host name but for {Names(certificate)}");
        var states = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status) ?? default;
        if (states.HasFlag(X509ChainStatusFlags.NotTimeValid))
            faults.Add($"it or its issuer is not valid now (its own time: {Day(certificate.NotBefore)} to {Day(certificate.NotAfter)})");
        if ((states & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
            faults.Add($"its issuer \"{certificate.Issuer}\" is not trusted (see tls.ca)");
        if (faults.Count == 0) faults.Add(states.ToString());
        return $"the server's certificate \"{certificate.Subject}\" is refused: {string.Join(", and ", faults)}";
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(a => a.ToString()))).ToArray();
        return names.Length > 0 ? string.Join(", ", names) : "no name at all (it has no subject alternative name)";
    }

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
