using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance.Drivers;

public abstract partial class DriverConformance
{
    [SkippableFact]
    public async Task A_reader_prepared_before_connecting_says_so_and_then_reads()
    {
        await using var driver = Open(Options);
        var reader = driver.Prepare(Tags(Held));
        await Assert.ThrowsAsync<NotConnectedException>(() => ReadAsync(reader, Held));
        await ConnectAsync(driver);
        await ExpectAsync(reader, Held);
    }

    [SkippableFact]
    public async Task Connecting_again_drops_the_first_connection_and_keeps_the_readers()
    {
        await using var driver = await ConnectedAsync();
        var reader = driver.Prepare(Tags(Held));
        await ExpectAsync(reader, Held);
        await ConnectAsync(driver);
        await ExpectAsync(reader, Held);
        await ExpectConnectionsAsync(1);
    }

    [SkippableFact]
    public async Task A_dead_endpoint_is_not_connected()
    {
        Skip.If(DeadOptions is null, "this driver has no endpoint that could be dead");
        await using var driver = Open(DeadOptions!);
        var reader = driver.Prepare(Tags(Held));
        var refused = await Assert.ThrowsAsync<NotConnectedException>(() => ConnectAsync(driver));
        Assert.False(string.IsNullOrWhiteSpace(refused.Message));
        await Assert.ThrowsAsync<NotConnectedException>(() => ReadAsync(reader, Held));
    }

    [SkippableFact]
    public async Task A_cancelled_token_ends_the_call_and_the_driver_connects_again()
    {
        var cancelled = new CancellationToken(canceled: true);
        await using var driver = Open(Options);
        var reader = driver.Prepare(Tags(Held));
        await ExpectGivenUpAsync(() => ConnectAsync(driver, cancelled));
        await ConnectAsync(driver);
        await ExpectGivenUpAsync(() => ReadAsync(reader, Held, cancelled));
        await ConnectAsync(driver);
        await ExpectAsync(reader, Held);
    }

    [SkippableFact]
    public async Task A_silent_device_is_given_up_at_the_deadline_as_often_as_it_takes()
    {
        Skip.If(SilentOptions is null, "this driver has no device that could be silent");
        await using var driver = Open(SilentOptions!);
        var reader = driver.Prepare(Tags(Held));
        for (var attempt = 0; attempt < 2; attempt++)
        {
            using var deadline = new CancellationTokenSource();
            var exchange = ConnectAndReadAsync(driver, reader, deadline.Token);
            deadline.CancelAfter(TimeSpan.FromMilliseconds(50));
            await ExpectGivenUpAsync(() => exchange);
        }
    }

    [SkippableFact]
    public async Task Disposing_ends_the_connection_and_may_be_repeated()
    {
        await using var driver = await ConnectedAsync();
        var reader = driver.Prepare(Tags(Held));
        await ExpectAsync(reader, Held);
        await ExpectConnectionsAsync(1);
        await driver.DisposeAsync().AsTask().WaitAsync(s_patience);
        await driver.DisposeAsync().AsTask().WaitAsync(s_patience);
        await ExpectConnectionsAsync(0);
        var exception = await Xunit.Record.ExceptionAsync(() => ReadAsync(reader, Held));
        Assert.True(exception is NotConnectedException or ObjectDisposedException,
            $"reading after Dispose: {exception?.ToString() ?? "it succeeded"}");
    }

    [SkippableFact]
    public async Task A_driver_that_never_connected_can_be_disposed()
    {
        var driver = Open(Options);
        driver.Prepare(Tags(Held));
        await driver.DisposeAsync().AsTask().WaitAsync(s_patience);
    }

    private async Task ConnectAndReadAsync(IDriver driver, IReader reader, CancellationToken cancel)
    {
        await ConnectAsync(driver, cancel);
        await ReadAsync(reader, Held, cancel);
    }
}
