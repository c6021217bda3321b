using PlantRuntime.Contracts;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Cli;

/// <summary>A device that a command talks to by itself, without a host: each call within the device's timeout.</summary>
internal sealed class DirectDevice(IDriver driver, DeviceModel model) : IAsyncDisposable
{
    public IDriver Driver => driver;

    /// <summary>Opens its driver, without I/O.</summary>
    /// <exception cref="RefusedException">There is no such driver, or its settings are wrong.</exception>
    public static DirectDevice Open(OpenSite site, DeviceModel model)
    {
        if (site.Plugins.Driver(model.Driver) is not { } plugin)
            throw new RefusedException(site.Opener.Missing(site.Plugins).First(p => p.At == model.DriverAt).ToString());
        var problems = new List<Problem>();
        return site.Opener.Driver(model, plugin, problems) is { } open
            ? new DirectDevice(open(), model)
            : throw new RefusedException(string.Join(Environment.NewLine, problems));
    }

    public Task ConnectAsync(CancellationToken cancel) => WithinAsync(driver.ConnectAsync, cancel);

    /// <summary>Reads tags once.</summary>
    public async Task ReadAsync(IReader reader, ScanBuffer buffer, TimeProvider time, CancellationToken cancel)
    {
        buffer.Reset(time.GetUtcNow().UtcDateTime);
        await WithinAsync(token => reader.ReadAsync(buffer, token), cancel).ConfigureAwait(false);
    }

    /// <exception cref="TimeoutException">The device's timeout is over.</exception>
    public async Task WithinAsync(Func<CancellationToken, ValueTask> call, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(model.Timeout);
        try
        {
            await call(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {model.Timeout.TotalSeconds:0.###} s");
        }
    }

    public ValueTask DisposeAsync() => driver.DisposeAsync();
}
