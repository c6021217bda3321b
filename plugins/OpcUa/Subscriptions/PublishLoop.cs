using PlantRuntime.Plugins.OpcUa.Channel;
using PlantRuntime.Plugins.OpcUa.Session;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.OpcUa.Subscriptions;

/// <summary>
/// Keeps Publish requests waiting at the server of one session (OPC 10000-4, 5.14.5) and hands responses to the manager on the receive
/// loop. While readers are behind it sends none, so that what nobody reads waits at the server.
/// </summary>
internal sealed class PublishLoop(UaSession session, SubscriptionManager manager)
{
    private const int Most = 16;
    private const int MostAcknowledgements = 1000;

    private readonly Lock _gate = new();
    private readonly Stack<PublishCall> _free = new();
    private readonly List<PublishCall> _sent = [];
    private readonly List<Acknowledgement> _acknowledgements = [];
    private int _most = Most;
    private int _waiting;

    /// <summary>Requests that wait at the server.</summary>
    public int Waiting => _waiting;

    /// <summary>Adds an acknowledgement to the next request.</summary>
    public void Acknowledge(uint subscription, uint sequenceNumber)
    {
        lock (_gate) _acknowledgements.Add(new Acknowledgement(subscription, sequenceNumber));
    }

    /// <summary>Sends requests until enough are waiting.</summary>
    public void Fill()
    {
        while (TryBegin(out var call))
        {
            var sending = session.Connection.SendAsync(call, call.Request, CancellationToken.None);
            if (sending.IsCompletedSuccessfully) continue;
            _ = ObserveAsync(sending, call);
        }
    }

    private bool TryBegin(out PublishCall call)
    {
        lock (_gate)
        {
            // Two for each subscription: one waits while the response to the other is on its way.
            var wanted = manager.IsBehind || session.Connection.Failure is not null ? 0
                : Math.Min(_most, (2 * manager.ActiveSubscriptions) + 1);
            call = null!;
            if (manager.ActiveSubscriptions == 0 || _waiting >= wanted) return false;
            if (!_free.TryPop(out call!)) call = new PublishCall(this);
            _waiting++;
            _sent.Add(call);
            var some = Math.Min(MostAcknowledgements, _acknowledgements.Count);
            call.Request.Acknowledgements.Clear();
            for (var i = 0; i < some; i++) call.Request.Acknowledgements.Add(_acknowledgements[i]);
            _acknowledgements.RemoveRange(0, some);
            return true;
        }
    }

    private async Task ObserveAsync(ValueTask sending, PublishCall call)
    {
        try
        {
            await sending.ConfigureAwait(false);
        }
        catch (Exception e) when (e is LinkException or ServiceException or OperationCanceledException)
        {
            End(call);
        }
    }

    private void End(PublishCall call)
    {
        lock (_gate)
        {
            // A call that was abandoned has ended already.
            if (!_sent.Remove(call)) return;
            _waiting--;
            _free.Push(call);
        }
    }

    /// <summary>Gives up the requests that wait at the server, which seems to have lost them, so that new ones are sent.</summary>
    public void Restart()
    {
        lock (_gate)
        {
            // A call whose response is being handled right now ends by itself.
            foreach (var call in _sent.Where(session.Connection.TryRemove).ToList())
            {
                _sent.Remove(call);
                _waiting--;
                _free.Push(call);
            }
        }
    }

    private void Complete(PublishCall call, ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new UaReader(body);
            manager.Receive(ref reader);
        }
        catch (DecodingException e)
        {
            manager.Undecodable(e.Message);
        }

        End(call);
        Fill();
        manager.WakeReaders();
    }

    private void Fail(PublishCall call, Exception failure)
    {
        End(call);
        if (failure is not ServiceException { Status: var status })
        {
            if (failure is DecodingException) manager.Undecodable(failure.Message);
            return;
        }

        // Others are tried again at the next tick of the watchdog, not at once, so that a server that refuses is not flooded.
        if (status.Is(StatusCodes.BadTooManyPublishRequests)) _most = Math.Max(1, _waiting);
        else if (status.Is(StatusCodes.BadNoSubscription)) manager.NoSubscription();
        else if (OpcUaDriver.EndsSession(status))
            session.Connection.Fail(new LinkException($"the server ended the session: {status}", failure));
    }

    private sealed class PublishCall(PublishLoop loop) : PendingCall
    {
        public new PublishRequest Request { get; } = new();

        public override void Fail(Exception failure) => loop.Fail(this, failure);

        protected override void Complete() => loop.Complete(this, Body.Span);
    }
}
