using System.Net.Security;
using System.Security.Authentication;
using PlantRuntime.Contracts;
using PlantRuntime.Wire;
using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// Performs a TLS 1.2 or 1.3 handshake. No MQTT packet is sent to a broker whose certificate is refused. <see cref="BrokerConnector"/> owns
/// it. Files are read at each connect, so that renewed files work without a restart. Immutable.
/// </summary>
/// <param name="options">The certificate files.</param>
/// <param name="host">Name that the broker's certificate must contain.</param>
/// <param name="alpn">Protocol name to request (RFC 7301), or null.</param>
/// <param name="context">The site's folder and the clock.</param>
internal sealed class TlsHandshake(TlsOptions options, string host, string? alpn, PluginContext context)
{
    /// <summary>Performs the handshake on a connected stream and returns the encrypted stream, which owns the given one.</summary>
    /// <exception cref="LinkException">A file cannot be used, the broker's certificate is refused, or the broker has no TLS.</exception>
    public async ValueTask<Stream> AuthenticateAsync(Stream stream, CancellationToken cancel)
    {
        var settings = TlsClientSettings.Load(options, context.PathOf, context.Time).ToOptions();
        settings.TargetHost = host;
        if (alpn is not null) settings.ApplicationProtocols = [new SslApplicationProtocol(alpn)];
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(settings, cancel).ConfigureAwait(false);
            return tls;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            var reason = e is AuthenticationException failed ? TlsFailureText.Describe(failed) : e.Message;
            throw new LinkException($"TLS failed before a connection was made: {reason}", e);
        }
    }
}
