using System.Text.Json;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices.Writes;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Tests.Devices;

/// <summary>
/// A device that may be written (its tag <c>a</c>, not its tag <c>b</c>) on virtual time, with an audit log on a real disk.
/// </summary>
internal sealed class WriteFixture : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly AuditLog _audit;
    private readonly WriteService _writes;

    public WriteFixture(Func<TagModel, TagModel>? change = null, bool isWritable = true, long auditSize = 1 << 20)
    {
        var tag = SiteParts.Tag("a") with { Write = new WriteOptions() };
        Device = new DeviceFixture(
            m => m with { WritableAt = isWritable ? SiteParts.At : null, Tags = [change?.Invoke(tag) ?? tag, SiteParts.Tag("b")] });
        var site = new SiteModel { Folder = _folder.Path, Name = "test", Devices = [Device.Runner.Model], Sinks = [] };
        _audit = new AuditLog(_folder.Path, auditSize, AuditLog.Keep, Device.Time, Device.PlantLog);
        _writes = new WriteService(site, [Device.Runner], _audit, Device.Time, Device.PlantLog);
    }

    public DeviceFixture Device { get; }

    public ScriptedDriver Driver => Device.Drivers[^1];

    public string AuditFile => _folder.Of("logs", "audit.jsonl");

    /// <summary>Asks for a write.</summary>
    public WriteAttempt Post(Value value, string tag = "a", string device = "plc") =>
        _writes.Request(new TagWriteRequest(device, tag, value, Device.Time.GetTimestamp(), "recipes/a.csx(1,1)"));

    /// <summary>Asks for a write and waits for its end.</summary>
    public async Task<WriteResult> WriteAsync(Value value, string tag = "a", string device = "plc") =>
        await EndOf(Post(value, tag, device));

    public static Task<WriteResult> EndOf(WriteAttempt attempt) => attempt.Result.WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>The entries of the audit log, as "tag=value outcome".</summary>
    public string[] Audit() =>
        [.. AuditEntries().Select(e => $"{e.GetProperty("tag")}={e.GetProperty("value")} {e.GetProperty("outcome")}")];

    /// <summary>How attempts ended, as the audit log has it; of older files too.</summary>
    public JsonElement[] AuditEntries() =>
    [
        .. Directory.GetFiles(_folder.Of("logs")).SelectMany(File.ReadAllLines).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(entry => entry.GetProperty("outcome").GetString() != "begun"),
    ];

    public async ValueTask DisposeAsync()
    {
        await Device.DisposeAsync();
        await _audit.DisposeAsync();
        _folder.Dispose();
    }
}
