using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// Tries the way to a broker for <c>plant doctor</c>. If MQTT is not answered in the way that site.toml says, it tries the usual others,
/// TLS, WebSockets and ALPN, each over a connection of its own, and names the option for the one that works. Called while the driver is not
/// connected; changes no session of the driver.
/// </summary>
internal sealed class BrokerDiagnosis(MqttOptions options, BrokerConnector connector, TimeProvider time)
{
    /// <summary>Name of the step for the other ways; there is none if the configured one works.</summary>
    public const string OtherWaysStep = "protocol";

    // Less than the shortest usual timeout of a device, which ends a step.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(2);

    /// <summary>Returns one step for the configured way and, if it fails, one for the others.</summary>
    public async IAsyncEnumerable<DiagnosisStep> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var address = options.Address with { IsTls = options.UsesTls };
        if (await TryAsync(address, options.Alpn, cancel).ConfigureAwait(false) is not { } problem)
        {
            yield return new DiagnosisStep("broker", true, $"answers as {options.Version} at {options.Endpoint}");
            yield break;
        }

        yield return new DiagnosisStep("broker", false, problem);
        var ways = OtherWays(address).ToList();
        var results = await Task.WhenAll(ways.Select(w => TryAsync(w.Address, w.Alpn, cancel))).ConfigureAwait(false);
        string[] remedies = [.. ways.Zip(results).Select(w => Describe(w.First.Option, w.Second)).OfType<string>().Distinct().Take(1)];
        yield return remedies.Length == 0
            ? new DiagnosisStep(OtherWaysStep, false, "MQTT is not answered by TCP, TLS or WebSockets at that port", "check host and port")
            : new DiagnosisStep(OtherWaysStep, false, "the port is used in another way than site.toml says", remedies);
    }

    private IEnumerable<(BrokerAddress Address, string? Alpn, string Option)> OtherWays(BrokerAddress configured)
    {
        var direct = new BrokerAddress(configured.Host);
        foreach (var path in (string[])["/mqtt", "/ws", "/"])
        {
            yield return (direct with { IsTls = false, WebSocketPath = path }, null, Url("ws", path));
            yield return (direct with { IsTls = true, WebSocketPath = path }, null, Url("wss", path));
        }

        yield return (direct with { IsTls = false }, null, "remove tls, and use no ws:// or wss:// URL in host");
        yield return (direct with { IsTls = true }, null, "set tls = { ca = \"ca.crt\" }, or tls = {} for a CA that this system trusts");
        foreach (var alpn in (string[])["mqtt", "x-amzn-mqtt-ca"])
            yield return (direct with { IsTls = true }, alpn, $"set alpn = \"{alpn}\"");
    }

    private string Url(string scheme, string path) =>
        $"set host = \"{scheme}://{options.Endpoint}{path}\", without port";

    /// <summary>Returns the remedy if a way works, or works except for its certificate.</summary>
    private static string? Describe(string option, string? problem)
    {
        if (problem is null) return option;
        return problem.Contains("the server's certificate", StringComparison.Ordinal) && !option.Contains("://", StringComparison.Ordinal)
            ? $"{option}; the certificate is not accepted yet: {problem}" : null;
    }

    private async Task<string?> TryAsync(BrokerAddress address, string? alpn, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(s_limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            return await connector.TryOtherWayAsync(address, alpn, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"no answer within {s_limit.TotalSeconds:0} s";
        }
    }
}
