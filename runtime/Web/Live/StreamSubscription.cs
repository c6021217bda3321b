using System.Threading.Channels;

namespace PlantRuntime.Web.Live;

/// <summary>
/// One open stream: a bounded queue of frames between the feed and a reader. A reader that is too slow loses the waiting frames and gets a
/// snapshot when it reads again, so that it never holds up the feed. The feed posts, one thread at a time; one reader reads.
/// </summary>
internal sealed class StreamSubscription
{
    /// <summary>Frames that wait at most; the feed makes one per second.</summary>
    private const int MaxWaiting = 8;

    private readonly Channel<StreamFrame> _frames = Channel.CreateBounded<StreamFrame>(MaxWaiting);
    private volatile bool _needsSnapshot = true;
    private volatile bool _isReading = true;

    /// <summary>True while the reader has nothing and waits for a snapshot: at its begin, and after it was too slow.</summary>
    public bool AwaitsSnapshot => _needsSnapshot && _isReading;

    /// <summary>Queues a snapshot, after which changes follow.</summary>
    public void PostSnapshot(StreamFrame frame)
    {
        _needsSnapshot = false;
        Post(frame);
    }

    /// <summary>Queues a frame of changes; does nothing while a snapshot is due.</summary>
    public void Post(StreamFrame frame)
    {
        if (_needsSnapshot) return;
        frame.AddReference();
        if (_frames.Writer.TryWrite(frame)) return;
        frame.Release();
        _needsSnapshot = true;
        Discard();
    }

    /// <summary>Waits for the next frame, whose reference the caller releases.</summary>
    /// <returns>The frame; null when the host ends.</returns>
    public async ValueTask<StreamFrame?> ReadAsync(CancellationToken cancel)
    {
        _isReading = true;
        try
        {
            while (await _frames.Reader.WaitToReadAsync(cancel).ConfigureAwait(false))
            {
                if (_frames.Reader.TryRead(out var frame)) return frame;
            }

            return null;
        }
        finally
        {
            _isReading = false;
        }
    }

    /// <summary>Ends the stream: the reader gets no more frames.</summary>
    public void Complete()
    {
        _frames.Writer.TryComplete();
        Discard();
    }

    private void Discard()
    {
        while (_frames.Reader.TryRead(out var frame)) frame.Release();
    }
}
