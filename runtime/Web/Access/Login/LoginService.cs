using System.Net;
using System.Threading.RateLimiting;
using PlantRuntime.Web.Access.Requests;
using PlantRuntime.Web.Access.Users;

namespace PlantRuntime.Web.Access.Login;

/// <summary>
/// Checks passwords: at most 10 failures per account and 30 per address within 5 minutes, after which no password is checked. One check
/// runs at a time, because each takes a few tenths of a second of a core, and few wait. Unknown names cost the same time and are counted
/// too. Owned by <see cref="WebAccess"/>; any thread. A locked account keeps its sessions.
/// </summary>
internal sealed class LoginService : IDisposable
{
    private const int MostPerAccount = 10;
    private const int MostPerAddress = 30;
    private const int MostKeys = 4096;
    private const int MostWaiting = 16;
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_busy = TimeSpan.FromSeconds(2);
    private readonly UserDirectory _users;
    private readonly AuditTrail _audit;
    private readonly FailedLogins _known;
    private readonly FailedLogins _unknown;
    private readonly FailedLogins _addresses;
    private readonly ConcurrencyLimiter _checks = new(new ConcurrencyLimiterOptions { PermitLimit = 1, QueueLimit = MostWaiting });
    private long _checked;

    public LoginService(UserDirectory users, AuditTrail audit, TimeProvider time)
    {
        (_users, _audit) = (users, audit);

        // Names of users have a table of their own, so that guesses with many other names do not unlock them.
        _known = new FailedLogins(MostPerAccount, s_window, AccountFile.MostAccounts, time);
        _unknown = new FailedLogins(MostPerAccount, s_window, MostKeys, time);
        _addresses = new FailedLogins(MostPerAddress, s_window, MostKeys, time);
    }

    /// <summary>Number of passwords checked so far.</summary>
    public long Checked => Interlocked.Read(ref _checked);

    /// <summary>Checks a password and counts a failure.</summary>
    /// <param name="name">The name of the user.</param>
    /// <param name="password">The password.</param>
    /// <param name="address">The address of the client.</param>
    /// <param name="cancel">Ends the wait for other checks.</param>
    public async Task<LoginResult> CheckAsync(string name, string password, IPAddress address, CancellationToken cancel)
    {
        var client = ClientKey.From(address).ToString();
        if (LockedFor(name, client) is { } locked) return new LoginResult(null, locked);
        using var turn = await _checks.AcquireAsync(cancellationToken: cancel).ConfigureAwait(false);
        if (!turn.IsAcquired) return new LoginResult(null, s_busy);
        if (LockedFor(name, client) is { } since) return new LoginResult(null, since);

        var account = _users.Find(name);
        var isRight = PasswordHash.Matches(password, account?.Password ?? PasswordHash.OfNobody) && account?.Password is not null;
        Interlocked.Increment(ref _checked);
        if (isRight)
        {
            await _audit.AppendAsync(account!.Name, address, "login", outcome: "done").ConfigureAwait(false);
            return new LoginResult(account, null);
        }

        var isLockedNow = (account is null ? _unknown : _known).Add(name);
        var isClientLocked = _addresses.Add(client);
        await _audit.FailedAsync(name, address, isLockedNow, isClientLocked).ConfigureAwait(false);
        return new LoginResult(null, null);
    }

    public void Dispose() => _checks.Dispose();

    private TimeSpan? LockedFor(string name, string client) =>
        (_users.Find(name) is null ? _unknown : _known).LockedFor(name) ?? _addresses.LockedFor(client);
}

/// <summary>The result of a login. Immutable.</summary>
/// <param name="Account">The account; null if the login failed.</param>
/// <param name="RetryAfter">The time after which a login can be tried again, if none was checked; otherwise null.</param>
internal sealed record LoginResult(Account? Account, TimeSpan? RetryAfter);
