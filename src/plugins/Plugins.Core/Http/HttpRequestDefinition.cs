namespace Kestra.Plugins.Core.Http;

/// <summary>The properties that describe a request.</summary>
public abstract class HttpRequestDefinition
{
    [PluginProperty(Required = true)]
    public Property<string>? Uri { get; init; }

    public Property<string> Method { get; init; } = Property.Of<string>("GET");

    /// <summary>Text of the body.</summary>
    public Property<string>? Body { get; init; }

    /// <summary>Fields of a form; a multipart one when the content type says so.</summary>
    public Property<IReadOnlyDictionary<string, object?>>? FormData { get; init; }

    public Property<string> ContentType { get; init; } = Property.Of<string>("application/json");

    /// <summary>Replace the headers that would be sent without them.</summary>
    public Property<IReadOnlyDictionary<string, string>>? Headers { get; init; }

    /// <summary>The default of requests as documentation shows it.</summary>
    protected const string DefaultOptions = """{"followRedirects":"true","allowFailed":"false","defaultCharset":"UTF-8"}""";

    public virtual HttpOptions? Options { get; init; }

    [PluginProperty(Deprecated = true)]
    public SslOptions? SslOptions { get; init; }

    /// <summary>How answers are judged unless <see cref="Options"/> say it.</summary>
    protected internal virtual bool AllowsFailed(IRunContext context) => Options?.AllowFailed.Or(context, false) ?? false;
}
