using PlantRuntime.Conformance;
using PlantRuntime.Contracts;

namespace PlantRuntime.Nats.Tests.Testing;

/// <summary>Opens nats sinks in a folder of their own.</summary>
internal sealed class NatsSinkFixture : IDisposable
{
    public TemporaryFolder Folder { get; } = new();

    public CapturingPluginLog Log { get; } = new();

    /// <summary>Opens a sink that is not connected.</summary>
    public ISink Open(NatsSinkOptions options)
    {
        Assert.Empty(options.Validate());
        return new NatsPlugin().Open(options, new PluginContext("bus", "press-hall", Folder.Path, TimeProvider.System, Log));
    }

    public async Task<ISink> ConnectAsync(NatsSinkOptions options)
    {
        var sink = Open(options);
        try
        {
            await sink.ConnectAsync(default);
        }
        catch
        {
            await sink.DisposeAsync();
            throw;
        }

        return sink;
    }

    /// <summary>Connects until a restarted server is ready.</summary>
    public static async Task ReconnectAsync(ISink sink)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                await sink.ConnectAsync(limit.Token);
                return;
            }
            catch (NotConnectedException)
            {
                limit.Token.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Returns the message of the failed connect.</summary>
    public async Task<string> WhyNotConnectedAsync(NatsSinkOptions options) =>
        (await Assert.ThrowsAsync<NotConnectedException>(() => ConnectAsync(options))).Message;

    public void Dispose() => Folder.Dispose();
}
