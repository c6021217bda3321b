using System.Text.Json;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Sites.Tests.Testing;

/// <summary>The service of the energy management system, on Python's HTTP server: slow, refusing, or down, as the test orders.</summary>
internal sealed class EmsService : IAsyncDisposable
{
    /// <summary>The token that it wants.</summary>
    public const string Token = "for-the-meters";

    private PeerProcess? _server;

    private EmsService(PeerProcess server) => (_server, Port) = (server, server.Port);

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    public static async Task<EmsService> StartAsync() => new(await StartAsync(0));

    /// <summary>Lets it answer all requests from now on so late, and so.</summary>
    public Task AnswerAsync(double delay, int status) => _server!.AskAsync(JsonSerializer.Serialize(new { delay, status }));

    /// <summary>The stored records: one list for each request.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<JsonElement>>> StoredAsync() =>
        JsonSerializer.Deserialize<List<List<JsonElement>>>(await _server!.AskAsync("""{"stored":true}"""))!;

    /// <summary>Waits until it has stored so many records, and returns them.</summary>
    public async Task<IReadOnlyList<JsonElement>> WhenStoredAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            List<JsonElement> records = [.. (await StoredAsync()).SelectMany(batch => batch)];
            if (records.Count >= count) return records;
            Assert.False(patience.IsCancellationRequested, $"{records.Count} records came, not {count}");
            await Task.Delay(20);
        }
    }

    /// <summary>Ends it; what it has stored is gone.</summary>
    public async Task StopAsync()
    {
        if (_server is { } server) await server.DisposeAsync();
        _server = null;
    }

    /// <summary>Starts it again on its port, empty.</summary>
    public async Task StartAgainAsync() => _server = await StartAsync(Port);

    public async ValueTask DisposeAsync() => await StopAsync();

    private static Task<PeerProcess> StartAsync(int port)
    {
        Skip.IfNot(File.Exists("/usr/bin/python3"), "python3 is not installed");
        return PeerProcess.StartAsync("/usr/bin/python3", "ems_server.py", JsonSerializer.Serialize(new { port, token = Token }));
    }
}
