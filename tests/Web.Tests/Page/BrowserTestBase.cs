using Microsoft.Playwright;

namespace PlantRuntime.Web.Tests.Page;

/// <summary>
/// A test with pages in Debian's chromium, without a screen. All tests share one browser, which ends with their process; the pages of a
/// test end with it. Where no browser is installed, the tests are skipped.
/// </summary>
public abstract class BrowserTestBase : IAsyncLifetime
{
    // A busy machine takes long for what a person would see at once.
    private const float Patience = 60_000;

    // The same browser; the first has no user interface at all, which is less work.
    private static readonly string[] s_programs = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];
    private static readonly Lazy<Task<IBrowser?>> s_browser = new(LaunchAsync);
    private readonly List<IBrowserContext> _windows = [];

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        foreach (var window in _windows) await window.DisposeAsync();
    }

    /// <summary>Opens an empty page in a window of its own. Errors of its scripts fail the test that asks for them.</summary>
    /// <param name="address">The address to which its requests are relative.</param>
    /// <param name="language">The language of the browser.</param>
    /// <param name="role">The role that the page is told; null asks the host.</param>
    /// <param name="isPhone">True for the size of a phone.</param>
    /// <param name="obeysPolicy">True to obey the content security policy, which keeps a test from evaluating scripts, too.</param>
    /// <param name="trustsAll">True to accept any certificate.</param>
    protected async Task<IPage> OpenPageAsync(
        Uri address, string language = "en-GB", string? role = null, bool isPhone = false, bool obeysPolicy = false, bool trustsAll = false)
    {
        var browser = await s_browser.Value;
        Skip.If(browser is null, $"{string.Join(" or ", s_programs)} is not installed (Debian package chromium)");
        var window = await browser.NewContextAsync(new()
        {
            BaseURL = address.ToString(), Locale = language, BypassCSP = !obeysPolicy, IgnoreHTTPSErrors = trustsAll,
            ViewportSize = isPhone ? new() { Width = 390, Height = 844 } : new() { Width = 1440, Height = 900 },
        });
        _windows.Add(window);
        window.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        var page = await window.NewPageAsync();
        if (role is not null) await page.RouteAsync("**/api/session", route => route.FulfillAsync(new()
            { ContentType = "application/json", Body = $$"""{"user":"rosa","role":"{{role}}"}""" }));
        return page;
    }

    private static async Task<IBrowser?> LaunchAsync()
    {
        if (Array.Find(s_programs, File.Exists) is not { } program) return null;
        var playwright = await Playwright.CreateAsync();
        return await playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ["--no-sandbox"], Timeout = Patience });
    }
}
