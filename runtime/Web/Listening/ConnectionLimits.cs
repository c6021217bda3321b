using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Connections;
using PlantRuntime.Web.Access.Requests;

namespace PlantRuntime.Web.Listening;

/// <summary>
/// Limits the connections of one client address to the address of <c>[web]</c>, before TLS, so that one client cannot use all of them. A
/// proxy has no such limit. Owned by <see cref="Access.WebAccess"/>; any thread. The site's socket is not concerned.
/// </summary>
internal sealed class ConnectionLimits : IDisposable
{
    /// <summary>Connections at the same time, from all addresses together.</summary>
    public const int MostAtOnce = 200;
    private const int MostOfOne = 100;
    private const int Burst = 300;
    private const int PerSecond = 100;
    private readonly PartitionedRateLimiter<IPAddress> _atOnce = PartitionedRateLimiter.Create<IPAddress, IPAddress>(
        address => RateLimitPartition.GetConcurrencyLimiter(
            address, _ => new ConcurrencyLimiterOptions { PermitLimit = MostOfOne, QueueLimit = 0 }));
    private readonly PartitionedRateLimiter<IPAddress> _perSecond = PartitionedRateLimiter.Create<IPAddress, IPAddress>(
        address => RateLimitPartition.GetTokenBucketLimiter(address, _ => Bucket(Burst, PerSecond)));

    /// <summary>Returns the options of a limiter of so many at once and so many a second.</summary>
    public static TokenBucketRateLimiterOptions Bucket(int burst, int perSecond) => new()
    {
        TokenLimit = burst, TokensPerPeriod = perSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0,
        AutoReplenishment = false,
    };

    /// <summary>Closes a connection at once that is beyond the limits. A middleware of Kestrel's connections.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var client = ClientKey.From((connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.Loopback);
        using var often = _perSecond.AttemptAcquire(client);
        using var open = _atOnce.AttemptAcquire(client);
        if (often.IsAcquired && open.IsAcquired) await next(connection).ConfigureAwait(false);
        else connection.Abort();
    }

    public void Dispose()
    {
        _atOnce.Dispose();
        _perSecond.Dispose();
    }
}
