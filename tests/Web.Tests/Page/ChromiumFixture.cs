using Microsoft.Playwright;

namespace PlantRuntime.Web.Tests.Page;

/// <summary>Debian's chromium without a screen, shared by the tests of a class. Where it is missing, the tests are skipped.</summary>
public sealed class ChromiumFixture : IAsyncLifetime
{
    private const string Program = "/usr/bin/chromium";

    // A busy machine takes long for what a person would see at once.
    private const float Patience = 60_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (!File.Exists(Program)) return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--no-sandbox"], Timeout = Patience });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>Opens an empty page in a window of its own. Errors of its scripts fail the test that asks for them.</summary>
    /// <param name="address">The address to which its requests are relative.</param>
    /// <param name="language">The language of the browser.</param>
    /// <param name="role">The role that the page is told; null asks the host.</param>
    /// <param name="isPhone">True for the size of a phone.</param>
    /// <param name="obeysPolicy">True to obey the content security policy, which keeps a test from evaluating scripts, too.</param>
    /// <param name="trustsAll">True to accept any certificate.</param>
    public async Task<IPage> OpenAsync(
        Uri address, string language = "en-GB", string? role = null, bool isPhone = false, bool obeysPolicy = false, bool trustsAll = false)
    {
        Skip.If(_browser is null, $"{Program} is not installed (Debian package chromium)");
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = address.ToString(), Locale = language, BypassCSP = !obeysPolicy, IgnoreHTTPSErrors = trustsAll,
            ViewportSize = isPhone ? new() { Width = 390, Height = 844 } : new() { Width = 1440, Height = 900 },
        });
        context.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        var page = await context.NewPageAsync();
        if (role is not null) await page.RouteAsync("**/api/session", route => route.FulfillAsync(new()
            { ContentType = "application/json", Body = $$"""{"user":"rosa","role":"{{role}}"}""" }));
        return page;
    }
}
