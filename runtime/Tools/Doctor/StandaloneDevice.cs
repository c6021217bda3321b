using PlantRuntime.Contracts;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Tools.Doctor;

/// <summary>
/// Opens and calls a device for one command, without a host. Owned by the command, one call at a time; owns and disposes the driver. Every
/// call has the device's timeout as its deadline, if the driver obeys its cancellation token. Never reconnects or retries.
/// </summary>
internal sealed class StandaloneDevice(IDriver driver, DeviceModel model) : IAsyncDisposable
{
    /// <summary>The driver; not connected before <see cref="ConnectAsync"/>.</summary>
    public IDriver Driver => driver;

    /// <summary>Opens the driver, without I/O.</summary>
    /// <exception cref="RefusedException">There is no such driver, or its settings are wrong.</exception>
    public static StandaloneDevice Open(PluginCatalog plugins, PluginFactory opener, DeviceModel model)
    {
        if (plugins.Driver(model.Driver) is not { } plugin)
            throw new RefusedException(opener.Missing(plugins).First(p => p.At == model.DriverAt).ToString());
        var problems = new List<Problem>();
        return opener.Driver(model, plugin, problems) is { } open
            ? new StandaloneDevice(open(), model)
            : throw new RefusedException(string.Join("; ", problems));
    }

    /// <summary>Connects the driver.</summary>
    /// <exception cref="TimeoutException">The device did not answer within its timeout.</exception>
    public Task ConnectAsync(CancellationToken cancel) => CallAsync(driver.ConnectAsync, cancel);

    /// <summary>Reads tags once.</summary>
    public async Task ReadAsync(IReader reader, ScanBuffer buffer, TimeProvider time, CancellationToken cancel)
    {
        buffer.Reset(time.GetUtcNow().UtcDateTime);
        await CallAsync(token => reader.ReadAsync(buffer, token), cancel).ConfigureAwait(false);
    }

    /// <summary>Makes one call with the device's timeout as its deadline.</summary>
    /// <exception cref="TimeoutException">The call did not finish within the device's timeout.</exception>
    public async Task CallAsync(Func<CancellationToken, ValueTask> call, CancellationToken cancel)
    {
        if (driver is ISharedLine line) await line.WaitForTurnAsync(cancel).ConfigureAwait(false);
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
        finally
        {
            (driver as ISharedLine)?.EndTurn();
        }
    }

    public ValueTask DisposeAsync() => driver.DisposeAsync();
}
