using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Devices;

/// <summary>A job with an answer.</summary>
internal sealed class DeviceQuestion<T>(Func<IDriver, CancellationToken, ValueTask<T>> question) : DeviceJob
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => _answer.Task;

    public override async ValueTask RunAsync(IDriver driver, CancellationToken cancel) =>
        _answer.TrySetResult(await question(driver, cancel).ConfigureAwait(false));

    public override void Fail(Exception exception) => _answer.TrySetException(exception);
}
