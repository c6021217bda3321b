using System.Runtime.CompilerServices;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;

namespace PlantRuntime.Postgres.Tests.Driver;

/// <summary>
/// A driver with tags t0, t1 and so on, whose scans are formatted as text. Its position is in a folder, so that another fixture with the
/// same folder continues after a restart.
/// </summary>
internal sealed class ListenerFixture : IAsyncDisposable
{
    public static readonly DateTime ScanTime = DateTime.UnixEpoch;

    // Ends a test that hangs; no test asserts a duration.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder;
    private readonly IReader _reader;
    private readonly ScanBuffer _buffer;
    private long _scans;

    public ListenerFixture(
        PostgresDriverOptions options, TemporaryFolder folder, TimeProvider? clock, TimeSpan? poll, params string[] addresses)
    {
        _folder = folder;
        var context = new PluginContext("pumps", "plant", folder.Path, clock ?? TimeProvider.System, Log)
        {
            TimeZone = TimeZoneInfo.FindSystemTimeZoneById("America/Santiago"),
            Poll = poll ?? TimeSpan.FromMilliseconds(20),
        };
        Driver = (ISubscriber)((IDriverPlugin)new PostgresPlugin()).Open(options, context);
        _reader = Driver.Prepare([.. addresses.Select((a, i) => new TagDefinition($"t{i}", a))]);
        _buffer = new ScanBuffer([.. addresses.Select((_, i) => new Tag(i, $"t{i}", "pumps"))]);
    }

    public ISubscriber Driver { get; }

    public CapturingPluginLog Log { get; } = new();

    public static async Task<ListenerFixture> ConnectAsync(PostgresDriverOptions options, TemporaryFolder folder, params string[] addresses)
    {
        var driver = new ListenerFixture(options, folder, null, null, addresses);
        await driver.ConnectAsync();
        return driver;
    }

    public async Task ConnectAsync()
    {
        await Driver.ConnectAsync(default).AsTask().WaitAsync(s_patience);
        _scans = 0;
    }

    /// <summary>Acknowledges all scans of this connection, as the host does when their records are stored.</summary>
    public Task AcknowledgeAsync() => Driver.AcknowledgeAsync(_scans, default).AsTask();

    /// <summary>
    /// Reads the next scan: "t0=1.5 t1=BAD_TYPE(why) t2=2@2025-01-01T10:00:00"; the time is shown if it is from the database.
    /// </summary>
    public async Task<string> NextAsync(CancellationToken cancel = default)
    {
        await ReadAsync(cancel).AsTask().WaitAsync(s_patience, CancellationToken.None);
        return string.Join(' ', Enumerable.Range(0, _buffer.Count).Where(_buffer.IsSet).Select(Format));
    }

    /// <summary>Reads this number of scans and acknowledges them.</summary>
    public async Task<IReadOnlyList<string>> TakeAsync(int count)
    {
        var scans = new List<string>();
        while (scans.Count < count) scans.Add(await NextAsync());
        await AcknowledgeAsync();
        return scans;
    }

    /// <summary>Reads the next scan without a text.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadAsync(CancellationToken cancel = default)
    {
        _buffer.Reset(ScanTime);
        await _reader.ReadAsync(_buffer, cancel);
        _scans++;
    }

    /// <summary>Reads until the connection is lost, and returns the reason.</summary>
    public async Task<string> ReadUntilLostAsync() =>
        (await Assert.ThrowsAsync<NotConnectedException>(async () =>
        {
            while (true) await NextAsync();
        })).Message;

    /// <summary>Connects as often as it takes, as the host does while the server is down.</summary>
    public async Task ReconnectAsync()
    {
        using var limit = new CancellationTokenSource(s_patience);
        while (true)
        {
            try
            {
                await ConnectAsync();
                return;
            }
            catch (NotConnectedException) when (!limit.IsCancellationRequested)
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>Ends the driver as a kill does: its last position is not saved.</summary>
    public async Task KillAsync()
    {
        var file = _folder.Of("data", "positions", "pumps");
        var before = File.Exists(file) ? await File.ReadAllBytesAsync(file) : null;
        await Driver.DisposeAsync();
        if (before is not null) await File.WriteAllBytesAsync(file, before);
        else File.Delete(file);
    }

    public ValueTask DisposeAsync() => Driver.DisposeAsync();

    private string Format(int i)
    {
        var sample = _buffer.Samples[i];
        if (sample.Quality != Quality.Good) return $"t{i}={sample.Quality.ToText()}({_buffer.Reason(i)})";
        return sample.Time == ScanTime ? $"t{i}={sample.Value}" : $"t{i}={sample.Value}@{sample.Time:yyyy-MM-ddTHH:mm:ss.FFFFFFF}";
    }
}
