using System.Net;
using System.Net.Sockets;

namespace PlantRuntime.Wire.Tests;

public sealed class TcpConnectionTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public TcpConnectionTests() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    private static FrameBuffer Frames() => new(start => start[0], 50);

    private async Task<(TcpConnection Link, Socket Far)> ConnectAsync()
    {
        var link = await TcpConnection.ConnectAsync("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port, CancellationToken.None);
        return (link, await _listener.AcceptSocketAsync());
    }

    [Fact]
    public async Task Nobody_there_is_said_in_words()
    {
        var port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _listener.Stop();

        var e = await Assert.ThrowsAsync<LinkException>(
            async () => await TcpConnection.ConnectAsync("127.0.0.1", port, CancellationToken.None));

        Assert.Equal("connection refused: nothing listens on that port", e.Message);
    }

    [Fact]
    public async Task A_close_in_the_middle_of_a_frame_shows_the_half()
    {
        var (link, far) = await ConnectAsync();
        using var _ = link;
        far.Send([5, 1, 2]);
        far.Shutdown(SocketShutdown.Both);

        var e = await Assert.ThrowsAsync<FrameException>(async () => await link.ReceiveAsync(Frames(), CancellationToken.None));

        Assert.Equal("the far end closed the connection in the middle of a frame, after: 05 01 02", e.Message);
    }

    [Fact]
    public async Task A_reset_and_a_close_are_told_apart()
    {
        var (link, far) = await ConnectAsync();
        far.Close(timeout: 0);
        var reset = await Assert.ThrowsAsync<LinkException>(async () => await link.ReceiveAsync(Frames(), CancellationToken.None));
        Assert.Equal("the far end reset the connection", reset.Message);

        (link, far) = await ConnectAsync();
        far.Shutdown(SocketShutdown.Send);
        var closed = await Assert.ThrowsAsync<LinkException>(async () => await link.ReceiveAsync(Frames(), CancellationToken.None));
        Assert.Equal("the far end closed the connection", closed.Message);
    }

    [Fact]
    public async Task A_cancelled_wait_loses_no_bytes()
    {
        var (link, far) = await ConnectAsync();
        using var _ = link;
        var frames = Frames();
        far.Send([4, 1]);
        using var cancel = new CancellationTokenSource();
        var waiting = link.ReceiveAsync(frames, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        far.Send([2, 3]);

        Assert.Equal([4, 1, 2, 3], (await link.ReceiveAsync(frames, CancellationToken.None)).ToArray());
    }

    [Fact]
    public async Task A_far_end_that_takes_no_bytes_ends_the_link_not_the_thread()
    {
        var (link, far) = await ConnectAsync();
        using var held = far;
        using var cancel = new CancellationTokenSource();
        var sending = link.SendAsync(new byte[64 << 20], cancel.Token).AsTask();
        await cancel.CancelAsync();

        var e = await Assert.ThrowsAsync<LinkException>(() => sending);
        Assert.Equal("the far end takes no more bytes", e.Message);
        await Assert.ThrowsAsync<LinkException>(async () => await link.SendAsync(new byte[1], CancellationToken.None));
    }
}
