using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Kestra.Plugins.Tasks;
using NodaTime;

namespace Kestra.Plugins.Core.Http;

/// <summary>The rendered options of one exchange.</summary>
internal sealed record HttpSettings
{
    /// <summary>Addresses that hold credentials of the machine rather than services.</summary>
    private static readonly string[] DefaultBlockedNetworks = ["169.254.0.0/16", "fe80::/10"];

    private const long DefaultBodyBytes = 64L * 1024 * 1024;

    public required HttpConnectionKey Connection { get; init; }
    public AuthenticationHeaderValue? Authorization { get; init; }
    public required Encoding Charset { get; init; }
    public required bool AllowFailed { get; init; }
    public IReadOnlyList<int>? AllowedCodes { get; init; }
    public IReadOnlyList<HttpLoggedPart> Logs { get; init; } = [];
    public required TimeSpan IdleTimeout { get; init; }

    /// <summary>Bytes of an answer that are taken into memory.</summary>
    public required long BodyBytes { get; init; }

    public static HttpSettings Of(HttpRequestDefinition definition, IRunContext context)
    {
        var options = definition.Options ?? new HttpOptions();
        return new HttpSettings
        {
            Connection = new HttpConnectionKey(
                options.FollowRedirects.Or(context, true),
                Flag(options.Ssl, context) ?? Flag(definition.SslOptions, context) ?? false,
                ProxyOf(options, context),
                (options.Timeout?.ConnectTimeout?.Render(context) ?? options.ConnectTimeout)?.ToTimeSpan(),
                BlockedNetworks(context)),
            Authorization = AuthorizationOf(options, context),
            Charset = CharsetOf(options.DefaultCharset.Or(context, "UTF-8")),
            AllowFailed = definition.AllowsFailed(context),
            AllowedCodes = options.AllowedResponseCodes?.Render(context),
            Logs = options.Logs ?? [],
            IdleTimeout = (options.Timeout?.ReadIdleTimeout.Render(context) ?? options.ReadIdleTimeout ?? Duration.FromMinutes(5)).ToTimeSpan(),
            BodyBytes = PropertyConversion.To<long?>(context.PluginConfiguration.GetValueOrDefault("maxBodyBytes")) ?? DefaultBodyBytes,
        };
    }

    public bool IsSuccess(HttpStatusCode code) => AllowFailed || (AllowedCodes is { } allowed ? allowed.Contains((int)code) : (int)code < 400);

    public static Encoding CharsetOf(string name)
    {
        try
        {
            return name.Equals("UTF-8", StringComparison.OrdinalIgnoreCase) ? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) : Encoding.GetEncoding(name);
        }
        catch (ArgumentException error)
        {
            throw new TaskFailedException($"The charset '{name}' is not known", inner: error);
        }
    }

    private static bool? Flag(SslOptions? ssl, IRunContext context) => ssl?.InsecureTrustAllCertificates?.Render(context);

    private static string BlockedNetworks(IRunContext context) =>
        string.Join(',', PropertyConversion.To<IReadOnlyList<string>>(context.PluginConfiguration.GetValueOrDefault("blockedNetworks")) ?? DefaultBlockedNetworks);

    private static AuthenticationHeaderValue? AuthorizationOf(HttpOptions options, IRunContext context) => options switch
    {
        { Auth: { Type: HttpAuthType.BEARER } auth } => new AuthenticationHeaderValue("Bearer", auth.Token?.Render(context)),
        { Auth: { } auth } => Basic(auth.Username?.Render(context), auth.Password?.Render(context)),
        { BasicAuthUser: { } user } => Basic(context.Render(user), context.Render(options.BasicAuthPassword)),
        _ => null,
    };

    private static AuthenticationHeaderValue Basic(string? user, string? password) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private static HttpProxyKey? ProxyOf(HttpOptions options, IRunContext context)
    {
        if (options.Proxy is { } proxy)
        {
            return Proxy(proxy.Type.Or(context, HttpProxyType.DIRECT), proxy.Address?.Render(context), proxy.Port?.Render(context), proxy.Username?.Render(context), proxy.Password?.Render(context));
        }

        return Proxy(options.ProxyType ?? HttpProxyType.DIRECT, options.ProxyAddress, options.ProxyPort, options.ProxyUsername, options.ProxyPassword);
    }

    private static HttpProxyKey? Proxy(HttpProxyType type, string? address, int? port, string? user, string? password) => type switch
    {
        HttpProxyType.DIRECT => null,
        _ when string.IsNullOrEmpty(address) => throw new TaskFailedException("The proxy needs an address"),
        _ => new HttpProxyKey(type == HttpProxyType.SOCKS ? "socks5" : "http", address, port ?? (type == HttpProxyType.SOCKS ? 1080 : 80), user, password),
    };
}

/// <summary>What makes connections different from each other: exchanges with equal keys share them.</summary>
/// <param name="BlockedNetworks">Comma-separated; addresses in them are not connected to.</param>
internal sealed record HttpConnectionKey(bool FollowRedirects, bool TrustAll, HttpProxyKey? Proxy, TimeSpan? ConnectTimeout, string BlockedNetworks);

internal sealed record HttpProxyKey(string Scheme, string Address, int Port, string? User, string? Password);
