using NodaTime;

namespace Kestra.Plugins.Core.Http;

public enum HttpAuthType { BASIC, BEARER }

public enum HttpProxyType { DIRECT, HTTP, SOCKS }

/// <summary>Parts of an exchange that are written to the log at DEBUG.</summary>
public enum HttpLoggedPart { REQUEST_HEADERS, REQUEST_BODY, RESPONSE_HEADERS, RESPONSE_BODY }

/// <summary>Levels of a setting that no longer has an effect.</summary>
public enum HttpLogLevel { ALL, TRACE, DEBUG, INFO, WARN, ERROR, OFF, NOT_SPECIFIED }

/// <summary>How requests are sent and answers judged.</summary>
[DefinitionName("io.kestra.core.http.client.configurations.HttpConfiguration")]
public sealed class HttpOptions
{
    /// <summary>Every response code is a success.</summary>
    public Property<bool> AllowFailed { get; init; } = Property.Of<bool>(false);

    /// <summary>Exactly these codes are successes; without it, those below 400.</summary>
    public Property<IReadOnlyList<int>>? AllowedResponseCodes { get; init; }

    public HttpAuth? Auth { get; init; }

    public Property<string> DefaultCharset { get; init; } = Property.Of<string>("UTF-8");

    public Property<bool> FollowRedirects { get; init; } = Property.Of<bool>(true);

    public IReadOnlyList<HttpLoggedPart>? Logs { get; init; }

    public HttpProxy? Proxy { get; init; }

    public SslOptions? Ssl { get; init; }

    public HttpTimeouts? Timeout { get; init; }

    [PluginProperty(Deprecated = true)]
    public string? BasicAuthUser { get; init; }

    [PluginProperty(Deprecated = true)]
    public string? BasicAuthPassword { get; init; }

    [PluginProperty(Deprecated = true)]
    public Duration? ConnectTimeout { get; init; }

    [PluginProperty(Deprecated = true)]
    public Duration? ReadIdleTimeout { get; init; }

    [PluginProperty(Deprecated = true)]
    public HttpProxyType? ProxyType { get; init; }

    [PluginProperty(Deprecated = true)]
    public string? ProxyAddress { get; init; }

    [PluginProperty(Deprecated = true)]
    public int? ProxyPort { get; init; }

    [PluginProperty(Deprecated = true)]
    public string? ProxyUsername { get; init; }

    [PluginProperty(Deprecated = true)]
    public string? ProxyPassword { get; init; }

    /// <summary>Accepted, without effect.</summary>
    [PluginProperty(Deprecated = true)]
    public Duration? ReadTimeout { get; init; }

    /// <summary>Accepted, without effect.</summary>
    [PluginProperty(Deprecated = true)]
    public Duration? ConnectionPoolIdleTimeout { get; init; }

    /// <summary>Accepted, without effect.</summary>
    [PluginProperty(Deprecated = true)]
    public int? MaxContentLength { get; init; }

    /// <summary>Accepted, without effect.</summary>
    [PluginProperty(Deprecated = true)]
    public HttpLogLevel? LogLevel { get; init; }
}

/// <summary>Credentials, sent with the first request already.</summary>
[DefinitionName("io.kestra.core.http.client.configurations.AbstractAuth")]
public sealed class HttpAuth
{
    [PluginProperty(Required = true)]
    public HttpAuthType Type { get; init; }

    public Property<string>? Username { get; init; }

    public Property<string>? Password { get; init; }

    public Property<string>? Token { get; init; }
}

[DefinitionName("io.kestra.core.http.client.configurations.ProxyConfiguration")]
public sealed class HttpProxy
{
    public Property<HttpProxyType> Type { get; init; } = Property.Of<HttpProxyType>(nameof(HttpProxyType.DIRECT));

    public Property<string>? Address { get; init; }

    public Property<int>? Port { get; init; }

    public Property<string>? Username { get; init; }

    public Property<string>? Password { get; init; }
}

[DefinitionName("io.kestra.core.http.client.configurations.SslOptions")]
public sealed class SslOptions
{
    /// <summary>Certificates are not checked.</summary>
    public Property<bool>? InsecureTrustAllCertificates { get; init; }
}

[DefinitionName("io.kestra.core.http.client.configurations.TimeoutConfiguration")]
public sealed class HttpTimeouts
{
    public Property<Duration>? ConnectTimeout { get; init; }

    /// <summary>Longest wait for the answer, and between two pieces of it.</summary>
    public Property<Duration> ReadIdleTimeout { get; init; } = Property.Of<Duration>("PT5M");
}
