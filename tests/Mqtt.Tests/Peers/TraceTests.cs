using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Peers;

/// <summary>Checks the trace of a connection to a broker that asks for a password.</summary>
[Trait("Needs", "Server")]
public class TraceTests
{
    [SkippableTheory]
    [InlineData("5.0", AccessControlledMosquitto.Password)]
    [InlineData("3.1.1", AccessControlledMosquitto.Password)]
    [InlineData("5.0", "wrong secret")]
    public async Task Packets_are_described_and_the_password_is_hidden(string version, string password)
    {
        using var folder = new TemporaryFolder();
        await using var server = await AccessControlledMosquitto.StartAsync(folder);
        var trace = new WireTrace(TimeProvider.System);
        var messages = new TracedMessages(trace);
        var options = new MqttDriverOptions
        {
            Host = "127.0.0.1", Port = server.Port, User = AccessControlledMosquitto.User, Password = new Secret(password),
            Version = version,
        };
        var driver = ((IDriverPlugin)new MqttPlugin()).Open(options,
            new PluginContext("lab", "hall", folder.Path, TimeProvider.System, new CapturingPluginLog()) { Trace = trace });
        await using var disposing = driver;
        driver.Prepare([new TagDefinition("t", "plc/a : x")]);
        var failure = await Xunit.Record.ExceptionAsync(async () => await driver.ConnectAsync(CancellationToken.None));
        var lines = messages.Lines;
        Assert.Contains("user edge, password hidden", lines[0], StringComparison.Ordinal);
        Assert.False(messages.HasBytes(password));
        Assert.True(messages.HasBytes("edge"));
        Assert.Equal(password.Length, messages.All[0].Hidden.Sum(h => h.Count));
        Assert.StartsWith(failure is null ? "< CONNACK, accepted" : "< CONNACK, refused", lines[1], StringComparison.Ordinal);
        Assert.NotNull(messages.All[1].Latency);
        Assert.Equal(password == AccessControlledMosquitto.Password, failure is null);
        if (failure is not null) return;
        Assert.Contains(lines, l => l.StartsWith("> SUBSCRIBE, packet 1", StringComparison.Ordinal)
            && l.Contains("plc/a", StringComparison.Ordinal));
        Assert.Contains("< SUBACK, packet 1, granted QoS 1", lines);
    }
}
