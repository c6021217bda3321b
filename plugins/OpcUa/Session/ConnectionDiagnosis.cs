using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Security;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.OpcUa.Session;

/// <summary>
/// Tries the way to a server for `plant doctor`: endpoints (which includes Hello), the choice of one, certificates, session, first read.
/// Each failure has its remedy.
/// </summary>
internal sealed class ConnectionDiagnosis(OpcUaOptions options, SessionConnector connector)
{
    private static readonly string[] s_endpointRemedies =
    [
        "check that an OPC UA server (opc.tcp) listens on this port: 4840 is usual, others are in the server's settings",
        "if the server's URL has a path, give it: path = \"/UA/Server\"",
    ];

    private static readonly string[] s_securityRemedies =
    [
        "set security and security_mode to one that the server offers, or switch on a stronger one at the server",
        "security = \"None\" encrypts nothing: only on a network that nobody else reaches",
    ];

    private static readonly string[] s_certificateRemedies =
    [
        "compare the thumbprint with the one that the server shows, then trust it with plant trust",
        "a wrong name: certificate_host says under which name the server's certificate is valid; a wrong time: compare both clocks",
    ];

    private static readonly string[] s_sessionRemedies =
    [
        "at the server: trust this client's certificate (pki/own), which it may have put among the rejected ones",
        "check user and password, and whether the server has a session free: close other clients",
        "a certificate that is \"not valid yet\" there: compare the clock of this computer with the server's",
    ];

    private static readonly string[] s_readRemedies =
        ["the server may still be starting: ask again", "check whether the user may read: the node i=2259 is readable on every server"];

    public async IAsyncEnumerable<DiagnosisStep> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        IReadOnlyList<EndpointDescription> endpoints = [];
        var found = await TryAsync("endpoints", s_endpointRemedies, async () =>
        {
            endpoints = await connector.EndpointsAsync(cancel).ConfigureAwait(false);
            var tokens = endpoints.SelectMany(e => e.UserTokens).Select(token => token.Type.ToString()).Distinct();
            var servers = await DescribeServersAsync(cancel).ConfigureAwait(false);
            return $"{EndpointSelection.Describe(endpoints)}; users: {string.Join(", ", tokens)}{servers}";
        }).ConfigureAwait(false);
        yield return found;
        if (!found.IsGood) yield break;

        EndpointDescription? endpoint = null;
        var security = await TryAsync("security", s_securityRemedies, () =>
        {
            endpoint = EndpointSelection.Select(endpoints, options.Policy, options.MessageMode);
            return ValueTask.FromResult($"{EndpointSelection.Describe([endpoint])}, strongest that fits site.toml");
        }).ConfigureAwait(false);
        yield return security;
        if (!security.IsGood) yield break;

        var certificate = await TryAsync("certificate", s_certificateRemedies, () => ValueTask.FromResult(
            connector.Secure(endpoint!) is { Server: { } server }
                ? $"\"{server.Subject}\" is trusted until {server.NotAfter.ToUniversalTime():yyyy-MM-dd}" : "not needed")).ConfigureAwait(
                false);
        yield return certificate;
        if (!certificate.IsGood) yield break;

        UaSession? session = null;
        var opened = await TryAsync("session", s_sessionRemedies, async () =>
        {
            session = await connector.ConnectAsync(null, new OperationLimits(options.MaxNodesPerCall), cancel).ConfigureAwait(false);
            return $"open; the server keeps it for {session.Ticket.Timeout.TotalSeconds:0} s after a break";
        }).ConfigureAwait(false);
        yield return opened;
        if (!opened.IsGood) yield break;
        yield return await TryAsync("read", s_readRemedies, async () =>
        {
            var values = await session!.ReadAsync([new(new NodeId(Ids.ServerStatusState))], cancel).ConfigureAwait(false);
            return values[0].Status.IsBad ? throw new LinkException($"the server does not tell its state: {values[0].Status}")
                : $"the server's state is {values[0].Value.Bits} (0 is running), {session.Namespaces.Uris.Count} namespaces";
        }).ConfigureAwait(false);
        await session!.CloseAsync(deleteSubscriptions: true).ConfigureAwait(false);
    }

    // A discovery server at the port of a server is a frequent mistake: the servers that it names are the ones that are wanted.
    private async ValueTask<string> DescribeServersAsync(CancellationToken cancel)
    {
        const int most = 10;
        try
        {
            var servers = await connector.ServersAsync(cancel).ConfigureAwait(false);
            var texts = servers.Take(most).Select(server =>
                $"\"{server.ApplicationName}\" at {string.Join(", ", server.DiscoveryUrls.Take(most))}");
            return servers.Length == 0 ? "" : $"; servers: {string.Join("; ", texts)}";
        }
        catch (Exception e) when (e is ServiceException or DecodingException || LinkException.From(e) is not null)
        {
            // Not every server answers FindServers.
            return "";
        }
    }

    private static async ValueTask<DiagnosisStep> TryAsync(string name, string[] remedies, Func<ValueTask<string>> attempt)
    {
        try
        {
            return new DiagnosisStep(name, true, await attempt().ConfigureAwait(false));
        }
        catch (Exception e) when (e is CertificateException or ServiceException or DecodingException || LinkException.From(e) is not null)
        {
            return new DiagnosisStep(name, false, LinkException.From(e)?.Message ?? e.Message, remedies);
        }
        catch (OperationCanceledException)
        {
            return new DiagnosisStep(name, false, "no answer in time",
                ["a server that is starting or busy needs longer: timeout in site.toml", .. remedies]);
        }
    }
}
