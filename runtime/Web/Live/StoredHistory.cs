using Microsoft.AspNetCore.Http;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Web.Api;

namespace PlantRuntime.Web.Live;

/// <summary>
/// Reads the samples of a tag from the sink that stores it, for plots of more than the last hour. One request reads at a time, on a thread
/// of its own, so that a slow disk takes no thread of the pool on which devices are scanned. Owned by the web server; any thread calls.
/// </summary>
/// <param name="sinks">The sinks of the site, as they are now.</param>
/// <param name="time">The clock.</param>
internal sealed class StoredHistory(IReadOnlyList<SinkSupervisor> sinks, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private readonly SemaphoreSlim _reader = new(1, 1);

    /// <summary>True if there is a sink from which samples can be read.</summary>
    public bool IsPossible => sinks.Any(s => s.SampleStore is not null);

    /// <summary>Reads from the first sink that has stored the tag.</summary>
    /// <returns>The name of the sink and the samples; null if no sink has any of the tag.</returns>
    /// <exception cref="TimeoutException">Other requests are reading, or the disk does not answer.</exception>
    /// <exception cref="ApiException">The store cannot be read.</exception>
    public async Task<(string Sink, SampleSeries Series)?> ReadAsync(SampleQuery query, CancellationToken cancel)
    {
        var stores = sinks.Select(s => (s.Name, Store: s.SampleStore)).Where(s => s.Store is not null).ToList();
        if (stores.Count == 0) return null;
        if (!await _reader.WaitAsync(s_patience, cancel).ConfigureAwait(false))
            throw new TimeoutException("other requests are reading stored values; try again later");
        var reading = Task.Factory.StartNew(() => Read(stores, query, cancel), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap();
        return await reading.WaitAsync(s_patience, time, cancel).ConfigureAwait(false);
    }

    public void Dispose() => _reader.Dispose();

    private async Task<(string Sink, SampleSeries Series)?> Read(
        List<(string Name, ISampleStore? Store)> stores, SampleQuery query, CancellationToken cancel)
    {
        try
        {
            foreach (var (name, store) in stores)
            {
                var series = await ReadAsync(name, store!, query, cancel).ConfigureAwait(false);
                if (series.Oldest is not null) return (name, series);
            }

            return null;
        }
        finally
        {
            Release();
        }
    }

    private void Release()
    {
        try
        {
            _reader.Release();
        }
        catch (ObjectDisposedException)
        {
            // The web server has ended meanwhile.
        }
    }

    private static async Task<SampleSeries> ReadAsync(string name, ISampleStore store, SampleQuery query, CancellationToken cancel)
    {
        try
        {
            return await store.ReadSamplesAsync(query, cancel).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, $"sink {name}: {PluginFault.Describe(exception)}");
        }
    }
}
