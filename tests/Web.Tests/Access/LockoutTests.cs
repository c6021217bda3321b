using System.Net;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Web.Access.Login;

namespace PlantRuntime.Web.Tests.Access;

/// <summary>Guessing of passwords.</summary>
[Trait("Needs", "Process")]
public class LockoutTests
{
    [Theory]
    [InlineData("eva")]
    [InlineData("nobody")]
    public async Task After_ten_failures_no_password_of_the_account_is_checked_for_five_minutes(string name)
    {
        await using var fixture = await AccessFixture.StartAsync();
        var session = await fixture.LogInAsync("eva");
        var before = fixture.Web.Access.CheckedPasswords;
        var guesses = await Task.WhenAll(Enumerable.Range(0, 12)
            .Select(n => StatusAsync(fixture, n % 2 == 0 ? name : name.ToUpperInvariant())));
        Assert.Equal(10, guesses.Count(s => s == HttpStatusCode.Unauthorized));
        Assert.Equal(2, guesses.Count(s => s == HttpStatusCode.TooManyRequests));
        Assert.Equal(10, fixture.Web.Access.CheckedPasswords - before);

        using (var right = await AccessFixture.LogInAsync(fixture.Client(), name, AccessFixture.Password))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, right.StatusCode);
            Assert.Equal(TimeSpan.FromMinutes(5), right.Headers.RetryAfter?.Delta);
        }

        Assert.Equal("eva", await AccessFixture.UserOfAsync(session));
        using (var other = await AccessFixture.LogInAsync(fixture.Client(), "vera", AccessFixture.Password))
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        fixture.Time.Advance(TimeSpan.FromMinutes(5));
        using var later = await AccessFixture.LogInAsync(fixture.Client(), name, AccessFixture.Password);
        Assert.Equal(name == "eva" ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, later.StatusCode);
    }

    [Fact]
    public async Task An_address_is_locked_after_thirty_failures_with_any_names()
    {
        await using var fixture = await AccessFixture.StartAsync();
        for (var n = 0; n < 30; n++) Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(fixture, $"name{n}"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(fixture, "another"));
        using var right = await AccessFixture.LogInAsync(fixture.Client(), "eva", AccessFixture.Password);
        Assert.Equal(HttpStatusCode.TooManyRequests, right.StatusCode);
        Assert.Contains(fixture.Audit, e => (string?)e["action"] == "lock" && (string?)e["name"] == "address");
        fixture.Time.Advance(TimeSpan.FromMinutes(5));
        using var later = await AccessFixture.LogInAsync(fixture.Client(), "eva", AccessFixture.Password);
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);
    }

    [Fact]
    public void The_window_slides_and_the_table_is_bounded()
    {
        var time = new ManualTimeProvider();
        var failures = new FailedLogins(limit: 3, TimeSpan.FromMinutes(5), capacity: 100, time);
        failures.Add("eva");
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.False(failures.Add("eva"));
        Assert.Null(failures.LockedFor("eva"));
        Assert.True(failures.Add("EVA"));
        Assert.Equal(TimeSpan.FromMinutes(3), failures.LockedFor("eva"));
        time.Advance(TimeSpan.FromMinutes(3));
        Assert.Null(failures.LockedFor("eva"));
        Assert.True(failures.Add("eva"));
        for (var n = 0; n < 99; n++) failures.Add($"name{n}");
        Assert.NotNull(failures.LockedFor("eva"));
        time.Advance(TimeSpan.FromSeconds(1));
        for (var n = 99; n < 10_000; n++) failures.Add($"name{n}");
        Assert.Null(failures.LockedFor("eva"));
    }

    private static async Task<HttpStatusCode> StatusAsync(AccessFixture fixture, string name)
    {
        using var response = await AccessFixture.LogInAsync(fixture.Client(), name, "a wrong password");
        return response.StatusCode;
    }
}
