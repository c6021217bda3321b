using System.Collections;
using PlantRuntime.Contracts;

namespace PlantRuntime.Tests.Hostile;

/// <summary>Accepts records until its fault applies. Faults apply at each batch, unless they concern another method.</summary>
internal sealed class HostileSink(string fault) : ISink
{
    public ValueTask ConnectAsync(CancellationToken cancel) => default;

    public async ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel)
    {
        await Task.Yield();
        switch (fault)
        {
            case "thread":
                new Thread(() => throw new InvalidOperationException("thrown on a thread")).Start();
                break;
            case "async-void":
                ThrowLater();
                break;
            case "cancel-callback":
                cancel.Register(() => throw new InvalidOperationException("thrown in a callback"));
                await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(false);
                break;
            case "message":
                throw new UnreadableException();
            case "clear":
                batch.Clear();
                break;
            case "add":
                batch.Add(DateTime.UnixEpoch, "forged", "{}"u8);
                break;
            case "keep":
                _ = ChangeForAWhileAsync(batch);
                break;
            case "long-reason":
                throw new NotConnectedException(new string('x', 5_000_000));
            case "foreign-cancel":
                throw new OperationCanceledException();
            case "hang":
                await new TaskCompletionSource().Task.ConfigureAwait(false);
                break;
            case "strange-indexes":
                throw new RejectedException("strange", new StrangeList());
            case "texts":
                throw new RejectedException(ForeignText.Nasty + ForeignText.Long);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (fault == "dispose-throws") throw new InvalidOperationException("not disposed");
        if (fault == "dispose-hangs") new ManualResetEventSlim().Wait();
        return default;
    }

    private static async void ThrowLater()
    {
        await Task.Yield();
        throw new InvalidOperationException("thrown in async void");
    }

    /// <summary>Tries to change a batch that belongs to the host, long after the call that lent it.</summary>
    private static async Task ChangeForAWhileAsync(RecordBatch kept)
    {
        for (var i = 0; i < 1000; i++)
        {
            try
            {
                kept.Clear();
            }
            catch (Exception)
            {
                // The host has sealed the batch.
            }

            await Task.Delay(5).ConfigureAwait(false);
        }
    }

    /// <summary>A list whose count is negative and whose enumeration throws.</summary>
    private sealed class StrangeList : IReadOnlyList<int>
    {
        public int Count => -1;

        public int this[int index] => throw new InvalidOperationException("no index");

        public IEnumerator<int> GetEnumerator() => throw new InvalidOperationException("no enumeration");

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
