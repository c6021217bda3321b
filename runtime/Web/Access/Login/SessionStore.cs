using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace PlantRuntime.Web.Access.Login;

/// <summary>
/// Keeps the sessions of logged-in users in memory; the cookie holds only a random id, encrypted with a key of this process. A session ends
/// when no request was open for the idle time. Owned by <see cref="WebAccess"/>, called by ASP.NET's cookie authentication; any thread;
/// locks internally. A user has at most 20 sessions and all users together 1,000: the one that was unused longest ends.
/// </summary>
/// <param name="idle">The idle time.</param>
/// <param name="time">The clock.</param>
internal sealed class SessionStore(TimeSpan idle, TimeProvider time) : ITicketStore
{
    /// <summary>The name of the property of a ticket that holds the id of its session.</summary>
    public const string IdProperty = "session";
    private const int MostPerUser = 20;
    private const int Most = 1000;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);

    public Task<string> StoreAsync(AuthenticationTicket ticket)
    {
        var id = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        ticket.Properties.Items[IdProperty] = id;
        var user = ticket.Principal.Identity!.Name!;
        lock (_gate)
        {
            RemoveIdle();
            if (_sessions.Values.Count(s => s.User == user) >= MostPerUser) RemoveOldest(s => s.User == user);
            if (_sessions.Count >= Most) RemoveOldest(_ => true);
            _sessions[id] = new Session(user, ticket, time.GetTimestamp());
        }

        return Task.FromResult(id);
    }

    public Task RenewAsync(string key, AuthenticationTicket ticket)
    {
        lock (_gate)
        {
            if (_sessions.TryGetValue(key, out var session)) session.Ticket = ticket;
        }

        return Task.CompletedTask;
    }

    public Task<AuthenticationTicket?> RetrieveAsync(string key)
    {
        lock (_gate) return Task.FromResult(Find(key)?.Ticket);
    }

    public Task RemoveAsync(string key)
    {
        lock (_gate) _sessions.Remove(key);
        return Task.CompletedTask;
    }

    /// <summary>True while a session exists and is not idle.</summary>
    public bool IsAlive(string id)
    {
        lock (_gate) return Find(id) is not null;
    }

    /// <summary>Notes the begin of a request: while one is open the session is not idle.</summary>
    public void Enter(string id)
    {
        lock (_gate)
        {
            if (_sessions.TryGetValue(id, out var session)) session.Open++;
        }
    }

    /// <summary>Notes the end of a request.</summary>
    public void Leave(string id)
    {
        lock (_gate)
        {
            if (!_sessions.TryGetValue(id, out var session)) return;
            session.Open--;
            session.LastUsed = time.GetTimestamp();
        }
    }

    private Session? Find(string id)
    {
        if (!_sessions.TryGetValue(id, out var session)) return null;
        if (!IsIdle(session)) return session;
        _sessions.Remove(id);
        return null;
    }

    private bool IsIdle(Session session) => session.Open == 0 && time.GetElapsedTime(session.LastUsed) >= idle;

    private void RemoveIdle()
    {
        foreach (var (id, session) in _sessions.ToList())
        {
            if (IsIdle(session)) _sessions.Remove(id);
        }
    }

    private void RemoveOldest(Func<Session, bool> of) =>
        _sessions.Remove(_sessions.Where(s => of(s.Value)).MinBy(s => s.Value.LastUsed).Key);

    private sealed class Session(string user, AuthenticationTicket ticket, long lastUsed)
    {
        public string User => user;

        public AuthenticationTicket Ticket { get; set; } = ticket;

        public long LastUsed { get; set; } = lastUsed;

        public int Open { get; set; }
    }
}
