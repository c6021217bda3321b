using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PlantRuntime.Wire.Tls;

/// <summary>
/// The settings of a TLS client with its files read: TLS 1.2 or 1.3, and a server whose certificate <see cref="ServerCertificateCheck"/>
/// accepts. A plugin loads them at each connect, so that renewed files are used without a restart. Immutable; any thread.
/// </summary>
public sealed class TlsClientSettings
{
    private readonly ServerCertificateCheck _check;
    private readonly X509Certificate2? _own;

    private TlsClientSettings(ServerCertificateCheck check, X509Certificate2? own) => (_check, _own) = (check, own);

    /// <summary>Reads the certificate and key files of the options; opens no connection.</summary>
    /// <param name="options">The plugin's options; null for a server that the system trusts and no client certificate.</param>
    /// <param name="pathOf">Turns a path of the options into an absolute one.</param>
    /// <param name="time">The clock of the certificate check.</param>
    /// <exception cref="LinkException">A file cannot be read or lacks the expected content; the message names option and file.</exception>
    public static TlsClientSettings Load(TlsOptions? options, Func<string, string> pathOf, TimeProvider time)
    {
        var caFile = options?.Ca is { } ca ? pathOf(ca) : null;
        var check = new ServerCertificateCheck(caFile, caFile is null ? null : LoadAuthorities(caFile), time);
        if (options?.ClientCertificate is not { } cert) return new TlsClientSettings(check, null);
        return new TlsClientSettings(check, LoadOwn(pathOf(cert), options.Key is { } key ? pathOf(key) : null));
    }

    /// <summary>Creates options for any number of connections. A caller whose client does not set the host name must set it.</summary>
    public SslClientAuthenticationOptions ToOptions()
    {
        var options = new SslClientAuthenticationOptions();
        Apply(options);
        return options;
    }

    /// <summary>Sets all options except the host name.</summary>
    public void Apply(SslClientAuthenticationOptions options)
    {
        options.EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        options.RemoteCertificateValidationCallback = _check.Validate;
        if (_own is null) return;
        options.ClientCertificates = [_own];

        // Without this callback SslStream shows the certificate only to a server that names its issuer.
        options.LocalCertificateSelectionCallback = (_, _, _, _, _) => _own;
    }

    private static X509Certificate2Collection LoadAuthorities(string file)
    {
        var certificates = new X509Certificate2Collection();
        Load("ca", file, () => certificates.ImportFromPemFile(file));
        if (certificates.Count == 0)
            throw new LinkException($"tls.ca: {file} holds no certificate: expected PEM, \"-----BEGIN CERTIFICATE-----\"");
        return certificates.Any(ServerCertificateCheck.IsRoot)
            ? certificates
            : throw new LinkException(
                $"tls.ca: {file} holds no root certificate: append the one that issued \"{certificates[0].Subject}\"");
    }

    private static X509Certificate2 LoadOwn(string certFile, string? keyFile)
    {
        X509Certificate2? own = null;
        if (keyFile is not null) Load("key", keyFile, () => File.ReadAllText(keyFile));
        Load("cert", certFile, () => own = X509Certificate2.CreateFromPemFile(certFile, keyFile));
        return own!;
    }

    private static void Load(string option, string file, Action load)
    {
        try
        {
            load();
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new LinkException($"tls.{option}: {file} cannot be used: {failure.Message}", failure);
        }
    }
}
