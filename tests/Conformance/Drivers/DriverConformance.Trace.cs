using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance.Drivers;

public abstract partial class DriverConformance
{
    [SkippableFact]
    public async Task A_trace_shows_every_message_with_its_meaning()
    {
        var trace = new WireTrace(Clock);
        var messages = new TracedMessages(trace);
        await using var driver = Open(Plugin, Options, trace);
        await ConnectAsync(driver);
        await ReadAsync(driver.Prepare(Tags(Held)), Held);
        Assert.Contains(messages.All, m => m.IsSent);
        Assert.Contains(messages.All, m => !m.IsSent && m.Latency is not null);
        Assert.All(messages.All, m => Assert.NotEqual("", m.Meaning));
        Assert.DoesNotContain(messages.All, m => m.Meaning.Contains("not understood", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_trace_that_ended_receives_nothing_more()
    {
        var trace = new WireTrace(Clock);
        await using var driver = Open(Plugin, Options, trace);
        await ConnectAsync(driver);
        var reader = driver.Prepare(Tags(Held));
        var messages = new TracedMessages(trace);
        await ReadAsync(reader, Held);
        messages.End();
        Assert.False(trace.IsOn);
        var count = messages.All.Count;
        await ReadAsync(reader, Held);
        Assert.Equal(count, messages.All.Count);
    }

    private IDriver Open(IDriverPlugin plugin, object options, WireTrace trace) => plugin.Open(options,
        new PluginContext("device", "conformance", AppContext.BaseDirectory, Clock, new CapturingPluginLog()) { Trace = trace });
}
