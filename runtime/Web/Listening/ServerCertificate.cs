using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Text;
using PlantRuntime.Storage;

namespace PlantRuntime.Web.Listening;

/// <summary>
/// The certificate of the address of <c>[web]</c>, from the PEM files of site.toml or created by the host. Files that change are read
/// again; those that are not valid are reported, and the certificate before stays. A created one is replaced a month before it ends.
/// Owned by <see cref="Access.WebAccess"/>; <see cref="Poll"/> is called by one thread at a time, <see cref="Options"/> by any.
/// </summary>
internal sealed class ServerCertificate
{
    private static readonly TimeSpan s_renewBefore = TimeSpan.FromDays(30);
    private static readonly TimeSpan s_warnBefore = TimeSpan.FromDays(14);

    /// <summary>The wall clock counts after an hour without a step, so that a clock that is wrong for a while replaces nothing.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromHours(1);
    private readonly OwnCertificate? _own;
    private readonly IReadOnlyList<string> _paths;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly SettledClock _clock;
    private volatile SslServerAuthenticationOptions? _options;
    private X509Certificate2? _current;
    private string? _stamp;
    private string? _problem;
    private bool _isEndReported;

    /// <param name="siteFolder">Absolute path of the site's folder.</param>
    /// <param name="web">The section <c>[web]</c>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Receives the thumbprint and problems.</param>
    public ServerCertificate(string siteFolder, WebOptions web, TimeProvider time, PlantLog log)
    {
        (_time, _log) = (time, log);
        _clock = new SettledClock(time, s_settle);
        _own = web.Tls?.Certificate is null ? new OwnCertificate(siteFolder, web) : null;
        _paths = _own?.Paths ?? PemFiles.PathsOf(web.Tls!, siteFolder);
        if (_own?.IsUsable() == false) Create("Created");
        Poll();
    }

    /// <summary>The options of a TLS handshake.</summary>
    /// <exception cref="AuthenticationException">There is no certificate.</exception>
    public SslServerAuthenticationOptions Options => _options ?? throw new AuthenticationException("the host has no certificate yet");

    /// <summary>Reads files that have changed, and renews a created certificate.</summary>
    public void Poll()
    {
        _clock.Read();
        if (_own is not null && _current is null && _problem is not null && !_own.IsUsable()) Create("Created");
        if (FileFacts.Stamp(_paths) is var stamp && stamp != _stamp) Load(stamp);
        if (_current is null || _clock.UtcNow is not { } now) return;
        var left = _current.NotAfter.ToUniversalTime() - now;
        if (_own is not null && (left < s_renewBefore || now < _current.NotBefore.ToUniversalTime()))
        {
            Create("Renewed");
            Load(FileFacts.Stamp(_paths));
        }
        else if (left < s_warnBefore && !_isEndReported)
        {
            _log.Warn($"CERTIFICATE state=Ending until={Day(_current.NotAfter)} next=\"replace the files of tls in [web]; the host reads them at once\"");
            _isEndReported = true;
        }
    }

    private void Create(string state)
    {
        try
        {
            _own!.Create(_time.GetUtcNow());
            _log.Info($"CERTIFICATE state={state}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            Report(exception.Message);
        }
    }

    private void Load(string stamp)
    {
        try
        {
            var chain = PemFiles.Read(_paths);
            var certificate = Usable(chain[0]);
            chain.RemoveAt(0);

            // The one before is not disposed of: a handshake may still use it.
            _options = new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ApplicationProtocols = [SslApplicationProtocol.Http11],
                AllowRenegotiation = false,
            };
            (_current, _stamp, _problem, _isEndReported) = (certificate, stamp, null, false);
            var thumbprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);
            _log.Info($"CERTIFICATE state=Used sha256={thumbprint} until={Day(certificate.NotAfter)}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or CryptographicException or ArgumentException)
        {
            Report(exception.Message);
        }
    }

    private void Report(string reason)
    {
        if (reason != _problem)
            _log.Error($"CERTIFICATE reason=\"{reason}\" next=\"the certificate before stays in use; the files are read again every 5 s\"");
        _problem = reason;
    }

    /// <summary>Windows uses a key only after it was imported from PKCS #12.</summary>
    private static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows()) return certificate;
        using (certificate) return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
