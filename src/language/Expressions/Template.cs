using System.Text.Json;
using Kestra.Expressions.Compilation;
using Kestra.Expressions.Syntax;
using Kestra.Expressions.Values;

namespace Kestra.Expressions;

/// <summary>A parsed and compiled text; immutable, shared between threads.</summary>
public sealed class Template
{
    private readonly ExpressionEngine engine;
    private readonly Program? program;
    private readonly RawBlocks? raw;

    internal Template(string source, ExpressionEngine engine)
    {
        Source = source;
        this.engine = engine;
        if (!source.Contains('{', StringComparison.Ordinal))
        {
            return;
        }

        raw = RawBlocks.Find(source);
        var text = raw?.Replaced ?? source;
        program = new Program(text);
        var compiler = new Compiler(program);
        compiler.Compile(Parser.Parse(text, engine.Options.DepthLimit));
        compiler.WarnOfCalls();
    }

    public string Source { get; }

    /// <summary>Renders to itself whatever the variables are.</summary>
    public bool IsLiteral => program is null;

    /// <summary>Touches nothing outside: rendering it never blocks, and reads nothing but the variables, the clock and chance.</summary>
    public bool IsPure => program?.IsPure ?? true;

    /// <summary>Names that do not exist. Such a template renders as long as their places are not reached.</summary>
    public IReadOnlyList<TemplateWarning> Warnings => program?.Warnings ?? [];

    /// <summary>Renders to text.</summary>
    /// <exception cref="ExpressionException">The expression is wrong, or names something unknown.</exception>
    public string Render(RenderContext context) => program is null ? Source : RawBlocks.Unwrap(RenderOnce(context));

    /// <summary>Renders to the value itself where the template is a single expression (§7.3 of the language).</summary>
    /// <exception cref="ExpressionException">The expression is wrong, or names something unknown.</exception>
    public object? RenderTyped(RenderContext context)
    {
        var value = RenderTypedOnce(context);
        return value is string text ? RawBlocks.Unwrap(text) : Guarded(() => ValueExport.Of(value));
    }

    /// <summary>One pass, with raw blocks as they were written.</summary>
    internal string RenderOnce(RenderContext context)
    {
        if (program is null)
        {
            return Source;
        }

        var frame = new Frame(program, context, engine);
        try
        {
            string text;
            if (program.Segments is { } segments)
            {
                text = Joined(frame, segments);
            }
            else
            {
                program.Body(frame);
                text = frame.Output.Text;
            }

            return raw is null ? text : raw.Restore(text);
        }
        catch (Exception error) when (error is not (ExpressionException or OperationCanceledException))
        {
            throw Translated(error);
        }
    }

    /// <summary>One pass to a value, as the language knows it.</summary>
    internal object? RenderTypedOnce(RenderContext context)
    {
        if (program is null)
        {
            return Source;
        }

        var frame = new Frame(program, context, engine) { Output = new Output(engine.Options.OutputLimit, keepsPieces: true) };
        return Guarded(() =>
        {
            program.Body(frame);
            var pieces = frame.Output.Pieces;
            return pieces.Count switch
            {
                0 => null,
                1 => pieces[0] is string text ? Restored(text) : pieces[0],
                _ => Several(pieces, Restored(frame.Output.Text)),
            };
        });
    }

    private static string Joined(Frame frame, (string? Text, Evaluate? Value)[] segments)
    {
        if (segments.Length == 1)
        {
            return Part(frame, segments[0]);
        }

        var parts = new string[segments.Length];
        var length = 0L;
        for (var index = 0; index < segments.Length; index++)
        {
            parts[index] = Part(frame, segments[index]);
            length += parts[index].Length;
        }

        return length <= frame.Options.OutputLimit ? string.Concat(parts) : throw Output.TooLong(frame.Options.OutputLimit);
    }

    private static string Part(Frame frame, (string? Text, Evaluate? Value) segment)
    {
        var text = segment.Text ?? ValueText.Print(frame.Settled(segment.Value!(frame)));
        return text.Length <= frame.Options.OutputLimit ? text : throw Output.TooLong(frame.Options.OutputLimit);
    }

    // Scalars are one text. With a container among them the text is read as JSON, and stays a text when it is none.
    private static object Several(IReadOnlyList<object> pieces, string text)
    {
        if (pieces.All(static piece => piece is string or bool or char or SafeString || ValueConversion.IsNumber(piece)))
        {
            return text;
        }

        try
        {
            return ValueJson.ReadFirst(text) ?? text;
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private string Restored(string text) => raw is null ? text : raw.Restore(text);

    private T Guarded<T>(Func<T> render)
    {
        try
        {
            return render();
        }
        catch (Exception error) when (error is not (ExpressionException or OperationCanceledException))
        {
            throw Translated(error);
        }
    }

    // Everything that fails is an error of the expression.
    private ExpressionException Translated(Exception error) => error switch
    {
        EvaluationException => SyntaxErrors.InEvaluation(error.Message, Source, Place.Unknown, error),
        InsufficientExecutionStackException => new ExpressionLimitException("A value is nested too deeply", error),
        // A conversion that the language has no text of its own for.
        _ => new ExpressionException($"{error.Message} ({program!.Source})", Source, inner: error),
    };
}
