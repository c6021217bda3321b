using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlantRuntime.Contracts;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// Puts TLS 1.2 or 1.3 on a connection. The broker's certificate has to be valid now, come from the given CA (or the system's) and bear the
/// host's name; otherwise nothing is sent. Files are read at each connect, so renewed ones are used without a restart.
/// </summary>
internal sealed class TlsHandshake(TlsOptions options, string host, PluginContext context)
{
    private readonly string? _ca = options.Ca is null ? null : context.PathOf(options.Ca);
    private string? _refusal;

    /// <exception cref="LinkException">The far end is not to be trusted, or speaks no TLS; says which check failed.</exception>
    public async ValueTask<Stream> SecureAsync(Stream stream, CancellationToken cancel)
    {
        var own = LoadOwn();
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(Settings(own), cancel).ConfigureAwait(false);
            return tls;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            var reason = e is AuthenticationException failed ? TlsFailureText.Of(failed) : e.Message;
            throw new LinkException(_refusal ?? $"TLS failed before a connection was made: {reason}", e);
        }
        finally
        {
            own?.Dispose();
        }
    }

    private SslClientAuthenticationOptions Settings(X509Certificate2? own)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            VerificationTime = context.Time.GetUtcNow().UtcDateTime,
            VerificationTimeIgnored = false,
        };
        // Purpose "server authentication": a client's certificate from the same CA must not pass for the broker's.
        policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        if (_ca is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(LoadCa(_ca));
        }

        return new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = policy,
            ClientCertificates = own is null ? null : [own],
            LocalCertificateSelectionCallback = own is null ? null : (_, _, _, _, _) => own,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors),
        };
    }

    private bool IsTrusted(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return true;
        var reason = certificate is X509Certificate2 shown ? Reason(shown, chain, errors) : "it shows none";
        _refusal = $"the broker's certificate is refused: {reason}";
        return false;
    }

    private string Reason(X509Certificate2 shown, X509Chain? chain, SslPolicyErrors errors)
    {
        var status = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status) ?? X509ChainStatusFlags.NoError;
        if ((status & X509ChainStatusFlags.NotTimeValid) != 0)
            return $"it is valid from {shown.NotBefore.ToUniversalTime():u} to {shown.NotAfter.ToUniversalTime():u} (or its CA is not), "
                + $"and now is {context.Time.GetUtcNow():u}";
        if ((status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
            return $"it does not come from {(_ca is null ? "a CA that this system trusts" : $"the CA in {_ca}")} but from {shown.Issuer}";
        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0)
            return $"it is made out to {NamesOf(shown)}, not to {host}";
        return string.Join(", ", chain?.ChainStatus.Select(s => s.StatusInformation) ?? []);
    }

    private static string NamesOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(san => san.EnumerateDnsNames().Concat(san.EnumerateIPAddresses().Select(ip => ip.ToString()))).ToList();
        return names.Count > 0 ? string.Join(", ", names) : certificate.Subject;
    }

    private static X509Certificate2Collection LoadCa(string file)
    {
        var certificates = new X509Certificate2Collection();
        Load(file, () => certificates.ImportFromPemFile(file));
        return certificates.Count > 0 ? certificates : throw new LinkException($"{file} holds no certificate: expected PEM");
    }

    private X509Certificate2? LoadOwn()
    {
        if (options is not { Cert: { } cert, Key: { } key }) return null;
        X509Certificate2? own = null;
        Load(context.PathOf(cert), () => own = X509Certificate2.CreateFromPemFile(context.PathOf(cert), context.PathOf(key)));
        return own;
    }

    private static void Load(string file, Action load)
    {
        try
        {
            load();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new LinkException($"{file} cannot be used: {e.Message}", e);
        }
    }
}
