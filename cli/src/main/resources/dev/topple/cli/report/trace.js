'use strict';
(() => {
    const data = JSON.parse(document.getElementById('trace').textContent);
    const SVG = 'http://www.w3.org/2000/svg';
    const W = 352, H = 176, LEFT = 44, RIGHT = 10, TOP = 8, BOTTOM = 22;
    const COLOURS = 5;
    const find = id => document.getElementById(id);
    const attended = data.attended.map(task => data.tasks[task]);
    const linf = data.norm === 'Linf';
    const used = record => data.eps > 0 ? record.perturbation / data.eps : null;
    const slider = find('step');
    let image = data.images[0];
    let charts = [];
    let live = [];
    let timer = 0;

    const colour = task => 't' + task % COLOURS;

    function html(tag, className, ...children) {
        const element = document.createElement(tag);
        if (className) {
            element.className = className;
        }
        element.append(...children);
        return element;
    }

    function svg(parent, tag, attributes, text) {
        const element = document.createElementNS(SVG, tag);
        Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
        if (text !== undefined) {
            element.textContent = text;
        }
        parent.append(element);
        return element;
    }

    /* Numbers for people: three digits, a proper minus, nothing where there is none. */
    function number(value) {
        if (value === null || value === undefined) {
            return '–';
        }
        const size = Math.abs(value);
        const text = value === 0 ? '0'
            : size >= 0.001 && size < 10000
                ? value.toFixed(Math.min(3, Math.max(0, 2 - Math.floor(Math.log10(size)))))
                : value.toExponential(1).replace('e+', 'e');
        return text.replace(/-/g, '\u2212');
    }

    function percent(value, digits = 0) {
        return value === null || value === undefined ? '–'
            : (value * 100).toFixed(digits).replace('-', '\u2212') + '\u00a0%';
    }

    /* The same for axes, without zeros that say nothing. */
    const short = value => number(value).replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');

    /* Shares of the sum of sizes, with their signs. */
    function shares(values) {
        const sum = values.reduce((all, value) => all + Math.abs(value || 0), 0);
        return values.map(value => value === null || sum === 0 ? null : value / sum);
    }

    function pull(step) {
        return shares(step.weights.map((weight, i) =>
            weight === null || step.norms[i] === null ? null : weight * step.norms[i]));
    }

    /* The task whose way most of the moved values went, and by how much more than the next. */
    function leader(step) {
        const order = step.agreement.map((value, i) => [value, i]).filter(each => each[0] !== null)
            .sort((a, b) => b[0] - a[0]);
        if (order.length < 2 || order[0][0] === order[1][0]) {
            return null;
        }
        return {index: order[0][1], task: data.attended[order[0][1]], lead: order[0][0] - order[1][0]};
    }

    /* Pictures: a film shows one of its frames through a window. */
    function picture(strip, frames, smooth, caption) {
        const img = document.createElement('img');
        img.src = strip.uri;
        img.decoding = 'sync';
        img.draggable = false;
        const frame = html('div', smooth && !strip.exact ? 'frame smooth' : 'frame', img);
        frame.style.aspectRatio = image.width + ' / ' + image.height;
        const line = document.createElement('figcaption');
        const figure = html('figure', '', frame, line);
        const show = (index, words) => {
            img.style.transform = 'translateY(' + -100 * index / frames + '%)';
            const said = strip.words ? strip.words[index] : '';
            line.textContent = words + (said ? ': ' + said : '');
            img.alt = image.name + ', ' + caption + ': ' + line.textContent;
        };
        return {figure, show};
    }

    function group(title, task) {
        const value = html('p', 'loss');
        const name = html('h4', '', title);
        if (task >= 0) {
            name.prepend(html('span', 'dot ' + colour(task)));
        }
        const box = html('div', 'group', html('div', 'head', name, value));
        return {box, value};
    }

    function paint() {
        const frames = data.shown.length + 1;
        const boxes = [];
        live = [];
        const fixed = (box, strip, all, smooth, caption, words) => {
            const still = picture(strip, all, smooth, caption);
            still.show(0, words);
            box.append(still.figure);
        };
        const moving = (box, strip, smooth, caption, words) => {
            const film = picture(strip, frames, smooth, caption);
            live.push(frame => film.show(frame, words));
            box.append(film.figure);
        };
        const first = group('image', -1);
        moving(first.box, image.strips[0], true, 'image', 'attacked image');
        moving(first.box, image.strips[1], false, 'perturbation', 'perturbation, magnified');
        fixed(first.box, image.strips[0], frames, true, 'image', 'clean image');
        live.push((frame, step, record) => {
            first.value.textContent = linf ? 'at the budget ' + percent(record.atBudget)
                : percent(used(record)) + ' of the budget';
        });
        boxes.push(first.box);
        data.tasks.forEach((name, task) => {
            const each = group(name, task);
            const strip = image.strips[task + 2];
            moving(each.box, strip, true, name, 'under attack');
            fixed(each.box, strip, frames, true, name, 'clean prediction');
            if (image.labels[task]) {
                fixed(each.box, image.labels[task], 1, true, name, 'label');
            } else {
                each.box.append(html('div', 'none', html('p', '', 'no label')));
            }
            each.value.title = 'loss in ' + data.units[task];
            live.push((frame, step, record) => {
                each.value.replaceChildren('loss ' + number(image.clean[task]) + ' → ',
                    html('b', '', number(record.losses[task])));
            });
            boxes.push(each.box);
        });
        find('pictures').replaceChildren(...boxes);
    }

    /* Curves. */
    function ticks(low, high, log) {
        const found = [];
        if (log) {
            for (let power = Math.floor(low); power <= Math.ceil(high); power++) {
                (high - low < 2.5 ? high - low < 0.7 ? [1, 1.5, 2, 3, 4, 5, 6, 8] : [1, 2, 5] : [1]).forEach(times => {
                    const at = power + Math.log10(times);
                    if (at >= low && at <= high) {
                        found.push([at, short(times * 10 ** power)]);
                    }
                });
            }
            const every = Math.ceil(found.length / 5);
            return found.filter((tick, i) => i % every === 0);
        }
        const raw = (high - low) / 4;
        const power = 10 ** Math.floor(Math.log10(raw));
        const size = power * [1, 2, 5, 10].find(times => times * power >= raw * 0.999);
        for (let i = Math.ceil(low / size - 1e-9); i * size <= high * (1 + 1e-9) + 1e-12; i++) {
            found.push([i * size, i * size]);
        }
        return found;
    }

    function chart(plan) {
        const records = image.steps;
        const scale = value => plan.log ? Math.log10(value) : value;
        const usable = value => value !== null && value !== undefined && (!plan.log || value > 0);
        const lines = plan.lines.map(line => ({...line, values: records.map(record => line.of(record))}));
        const all = lines.flatMap(line => line.values.concat(line.clean === undefined ? [] : [line.clean]))
            .filter(usable).map(scale);
        if (all.length === 0) {
            return null;
        }
        let low = Math.min(...all, ...(plan.include || []));
        let high = Math.max(...all, ...(plan.include || []));
        const room = (high - low) * 0.05 || Math.abs(high) * 0.05 || 0.05;
        low = (plan.include || []).includes(low) ? low : low - room;
        high = (plan.include || []).includes(high) ? Math.max(high, low + room) : high + room;
        const x = step => LEFT + (W - LEFT - RIGHT) * step / data.steps;
        const y = value => TOP + (H - TOP - BOTTOM) * (high - value) / (high - low);

        const title = html('h3', '', plan.title, html('span', '', plan.note || ''));
        const legend = html('ul', 'legend');
        const drawing = document.createElementNS(SVG, 'svg');
        drawing.setAttribute('viewBox', '0 0 ' + W + ' ' + H);
        drawing.setAttribute('role', 'img');
        drawing.setAttribute('aria-label', plan.title + ' over the steps; the list above has the numbers of one step');
        ticks(low, high, plan.log).forEach(([at, text]) => {
            svg(drawing, 'path', {class: 'grid', d: 'M' + LEFT + ' ' + y(at) + 'H' + (W - RIGHT)});
            svg(drawing, 'text', {x: LEFT - 6, y: y(at), 'text-anchor': 'end', dy: '0.35em'},
                plan.log ? text : plan.percent ? percent(text) : short(text));
        });
        ticks(0, data.steps, false).filter(([at]) => Number.isInteger(at)).forEach(([at]) => svg(drawing, 'text',
            {x: x(at), y: H - 6, 'text-anchor': 'middle'}, at));
        if (plan.rule !== undefined) {
            svg(drawing, 'path', {class: 'rule', d: 'M' + LEFT + ' ' + y(plan.rule) + 'H' + (W - RIGHT)});
        }
        lines.forEach(line => {
            let d = '';
            let pen = false;
            line.values.forEach((value, step) => {
                if (usable(value)) {
                    d += (pen ? 'L' : 'M') + x(step).toFixed(1) + ' ' + y(scale(value)).toFixed(1);
                }
                pen = usable(value);
            });
            if (usable(line.clean)) {
                svg(drawing, 'path', {class: 'clean ' + line.colour,
                    d: 'M' + LEFT + ' ' + y(scale(line.clean)) + 'H' + (W - RIGHT)});
            }
            svg(drawing, 'path', {class: 'way ' + line.colour, d});
            if (line.other) {
                const dashes = svg(drawing, 'path', {class: 'other', d});
                dashes.style.setProperty('--d', 'var(' + line.other + ')');
            }
        });
        const cursor = svg(drawing, 'path', {class: 'cursor'});
        lines.forEach(line => {
            line.point = svg(drawing, 'circle', {class: line.colour, r: 4});
            line.value = html('b', '');
            const dot = html('span', 'dot ' + line.colour + (line.other ? ' two' : ''));
            if (line.other) {
                dot.style.setProperty('--d', 'var(' + line.other + ')');
            }
            legend.append(html('li', '', dot, line.name, line.value));
        });
        const go = event => {
            const box = drawing.getBoundingClientRect();
            const at = ((event.clientX - box.left) / box.width * W - LEFT) / (W - LEFT - RIGHT) * data.steps;
            set(Math.min(data.steps, Math.max(0, Math.round(at))));
        };
        drawing.addEventListener('pointerdown', event => {
            drawing.setPointerCapture(event.pointerId);
            go(event);
        });
        drawing.addEventListener('pointermove', event => {
            if (event.buttons) {
                go(event);
            }
        });
        return {
            element: html('div', 'chart', title, legend, drawing),
            at(step) {
                cursor.setAttribute('d', 'M' + x(step) + ' ' + TOP + 'V' + (H - BOTTOM));
                lines.forEach(line => {
                    const value = line.values[step];
                    line.value.textContent = plan.percent ? percent(value) : number(value);
                    line.point.setAttribute('visibility', usable(value) ? 'visible' : 'hidden');
                    if (usable(value)) {
                        line.point.setAttribute('cx', x(step));
                        line.point.setAttribute('cy', y(scale(value)));
                    }
                });
            },
        };
    }

    function plans() {
        const of = (names, indices, get) => names.map((name, i) =>
            ({name, colour: colour(indices[i]), of: record => get(record, i)}));
        const every = data.tasks.map((name, i) => i);
        const lone = (name, of) => [{name, colour: 'lone', of}];
        const tasks = get => of(attended, data.attended, get);
        const variables = ['--first', '--second', '--third', '--fourth', '--fifth'];
        const pairs = data.pairs.map(([i, j], pair) => ({
            name: attended[i] + ' · ' + attended[j], colour: colour(data.attended[i]),
            other: variables[data.attended[j] % COLOURS], of: record => record.cosines[pair],
        }));
        const losses = of(data.tasks, every, (record, i) => record.losses[i]);
        losses.forEach((line, i) => line.clean = image.clean[i]);
        const merit = lone('merit', record => record.merit);
        merit[0].clean = image.cleanMerit;
        const all = [
            {title: 'Losses', note: 'log scale; dotted: clean', log: true, lines: losses},
            {title: 'Agreement', note: 'moved values that went its way', percent: true, rule: 0.5,
                include: [0.5], lines: tasks((record, i) => record.agreement[i])},
            {title: 'Share of the direction', note: 'weight × norm', percent: true, include: [0],
                lines: tasks((record, i) => pull(record)[i])},
            {title: 'Weights', note: 'share of their sum', percent: true, include: [0],
                lines: tasks((record, i) => shares(record.weights)[i])},
            {title: 'Gradient norms', note: 'log scale', log: true, lines: tasks((record, i) => record.norms[i])},
            {title: 'Cosines', note: 'of pairs of gradients', include: [0], rule: 0, lines: pairs},
            linf ? {title: 'At the budget', note: 'of all channel values', percent: true, include: [0],
                lines: lone('at the budget', record => record.atBudget)}
                : {title: 'Budget used', note: 'length over ε', percent: true, include: [0],
                    lines: lone('used', used)},
            {title: 'Merit', note: 'what the attack raises; dotted: clean', lines: merit},
            {title: 'Step size', note: linf ? 'largest change, in 255ths' : 'length', include: [0],
                lines: lone('step', record => record.stepSize === null ? null : record.stepSize * (linf ? 255 : 1))},
        ];
        return all.filter(plan => plan.lines.length > 0);
    }

    /* Who leads when. */
    function ribbon() {
        const counts = data.attended.map(() => 0);
        const cells = image.steps.slice(0, -1).map(step => {
            const first = leader(step);
            const cell = html('i', first ? colour(first.task) : '');
            if (first) {
                counts[first.index]++;
                cell.style.opacity = Math.min(1, 0.35 + first.lead * 6);
            }
            return cell;
        });
        find('ribbon').replaceChildren(...cells);
        const marks = slider.parentElement.querySelectorAll('.mark');
        marks.forEach(mark => mark.remove());
        if (image.result >= 0) {
            const mark = html('span', 'mark');
            mark.style.left = 'calc(9px + (100% - 18px) * ' + image.result / data.steps + ')';
            mark.title = 'the result';
            slider.parentElement.append(mark);
        }
        const line = find('leaders');
        if (image.steps[0].agreement.length < 2) {
            line.textContent = data.pairs.length === 0 && image.steps[0].norms.length === 0
                ? 'This attack sees losses alone; there are no gradients to compare.'
                : 'This attack follows one task alone.';
            return;
        }
        line.replaceChildren('Who leads: ');
        counts.map((count, i) => [count, i]).sort((a, b) => b[0] - a[0]).forEach(([count, i]) => {
            line.append(html('span', '', html('span', 'dot ' + colour(data.attended[i])), attended[i] + ' ',
                html('b', '', 'at ' + count + ' of ' + data.steps)), ' ');
        });
        line.append(' A task leads a step when more of the moved values went its way than any other’s; the paler, the'
            + ' narrower the lead.');
    }

    function say(step) {
        const record = image.steps[step];
        const line = find('says');
        const first = leader(record);
        const parts = [];
        if (first) {
            const name = html('b', colour(first.task), attended[first.index]);
            const rest = record.agreement.map((value, i) => [value, i]).filter(([, i]) => i !== first.index)
                .map(([value, i]) => attended[i] + ' ' + percent(value, 1)).join(', ');
            parts.push('Next step led by ', name, ': ' + percent(record.agreement[first.index], 1)
                + ' of the moved values go its way (' + rest + '). ');
        } else if (step === data.steps) {
            parts.push('The walk ends here. ');
        } else if (record.agreement.length > 1) {
            parts.push('No task leads the next step. ');
        }
        if (step === image.result) {
            parts.push(data.keepsBest ? 'This is the result: the best merit of all.' : 'This is the result.');
        } else if (step === data.steps && image.result >= 0) {
            parts.push('The result is the image of step ' + image.result + ', which has the best merit.');
        } else if (step === data.steps) {
            parts.push('No step was better than the clean image, which is the result.');
        }
        line.replaceChildren(...parts);
    }

    function set(step) {
        slider.value = step;
        const record = image.steps[step];
        let frame = 0;
        data.shown.forEach((shown, i) => frame = shown <= step ? i + 1 : frame);
        live.forEach(update => update(frame, step, record));
        charts.forEach(each => each.at(step));
        find('now').textContent = 'step ' + step + ' of ' + data.steps;
        slider.setAttribute('aria-valuetext', 'step ' + step + ' of ' + data.steps);
        [...find('ribbon').children].forEach((cell, i) => cell.classList.toggle('here', i === step));
        say(step);
    }

    function choose(index) {
        image = data.images[index];
        paint();
        charts = plans().map(chart).filter(each => each !== null);
        find('charts').replaceChildren(...charts.map(each => each.element));
        ribbon();
        set(Number(slider.value));
    }

    function icon(playing) {
        const button = find('play');
        button.setAttribute('aria-label', playing ? 'Pause' : 'Play');
        button.replaceChildren();
        const drawing = svg(button, 'svg', {viewBox: '0 0 16 16', 'aria-hidden': 'true'});
        svg(drawing, 'path', {d: playing ? 'M3 2h3.5v12H3zM9.5 2H13v12H9.5z' : 'M4 1.5v13l10-6.5z'});
    }

    function stop() {
        clearInterval(timer);
        timer = 0;
        icon(false);
    }

    find('play').addEventListener('click', () => {
        if (timer) {
            stop();
            return;
        }
        if (Number(slider.value) === data.steps) {
            set(0);
        }
        timer = setInterval(() => {
            set(Number(slider.value) + 1);
            if (Number(slider.value) === data.steps) {
                stop();
            }
        }, Math.max(60, Math.min(400, 6000 / data.steps)));
        icon(true);
    });
    slider.max = data.steps;
    slider.addEventListener('input', () => {
        stop();
        set(Number(slider.value));
    });
    document.querySelectorAll('.picker input').forEach((radio, i) => {
        const each = data.images[i];
        const img = document.createElement('img');
        img.src = each.strips[0].uri;
        img.alt = '';
        const frame = html('div', 'frame smooth', img);
        frame.style.aspectRatio = each.width + ' / ' + each.height;
        radio.nextElementSibling.append(frame);
        radio.addEventListener('change', () => choose(i));
    });
    document.querySelector('.picker input').checked = true;
    icon(false);
    slider.value = data.steps;
    choose(0);
})();
