using NATS.Client.Core;
using NATS.Client.JetStream;
using PlantRuntime.Plugins.Nats.Session;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Nats.Consuming;

/// <summary>
/// A connection with a running pull of one consumer. The library asks for few messages ahead, so that hosts share a backlog evenly and a
/// killed host leaves few behind. The driver owns it; one reading call at a time.
/// </summary>
internal sealed class ConsumerSession : IAsyncDisposable
{
    // More than is read in the time of a request.
    private const int MaxAhead = 500;

    private readonly CancellationTokenSource _end;
    private readonly IAsyncEnumerator<INatsJSMsg<byte[]>> _messages;
    // A reading call that is cancelled leaves its wait behind for the next one.
    private Task<bool>? _next;

    public ConsumerSession(NatsSession connection, INatsJSConsumer consumer, int maxInFlight)
    {
        (Connection, Consumer) = (connection, consumer);
        _end = CancellationTokenSource.CreateLinkedTokenSource(connection.Lost);
        var ahead = new NatsJSConsumeOpts { MaxMsgs = Math.Min(maxInFlight, MaxAhead) };
        _messages = consumer.ConsumeAsync(NatsRawSerializer<byte[]>.Default, ahead, _end.Token).GetAsyncEnumerator(CancellationToken.None);
    }

    public NatsSession Connection { get; }

    public INatsJSConsumer Consumer { get; }

    /// <summary>Waits for the next message.</summary>
    /// <exception cref="LinkException">The connection is lost, or the consumer was deleted.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the message stays for the next call.</exception>
    public ValueTask<INatsJSMsg<byte[]>> NextAsync(CancellationToken cancel)
    {
        if (_next is null)
        {
            // Mostly the library has the next one already.
            var next = _messages.MoveNextAsync();
            if (next.IsCompletedSuccessfully) return ValueTask.FromResult(Take(next.Result));
            _next = next.AsTask();
        }

        return WaitForNextAsync(_next, cancel);
    }

    private async ValueTask<INatsJSMsg<byte[]>> WaitForNextAsync(Task<bool> next, CancellationToken cancel)
    {
        bool isNext;
        try
        {
            isNext = await next.WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested && e is NatsException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            Connection.ThrowIfLost();
            throw new LinkException(NatsErrors.Describe(e), e);
        }

        _next = null;
        return Take(isNext);
    }

    private INatsJSMsg<byte[]> Take(bool isNext)
    {
        if (isNext) return _messages.Current;
        Connection.ThrowIfLost();
        throw new LinkException("the consumer was deleted");
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        try
        {
            if (_next is not null) await _next.ConfigureAwait(false);
            await _messages.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or NatsException)
        {
            // The end of a pull has no other form.
        }

        await Connection.DisposeAsync().ConfigureAwait(false);
        _end.Dispose();
    }
}
